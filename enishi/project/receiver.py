"""The process of ``enishi up`` that takes returned mails (ENISHI_INBOUND_SMTP)."""

import asyncio
import os
import signal

from .processes import die_with_parent, wait_for_go


def run() -> None:
    """Receive until a signal comes."""
    os.environ["ENISHI_ROLE"] = "receiver"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
    die_with_parent()

    import django

    django.setup()
    wait_for_go()
    asyncio.run(_serve())


async def _serve() -> None:
    from django.conf import settings
    from django.db import close_old_connections

    from enishi.messaging import actions
    from enishi.messaging.inbound.receiver import Receiver

    def take(content: bytes, to: list[str]) -> None:
        close_old_connections()
        actions.receive(content, source="smtp", to=to)

    def knows(address: str) -> bool:
        close_old_connections()
        return actions.is_ours(address)

    host, _colon, port = settings.INBOUND_SMTP.rpartition(":")
    receiver = Receiver(host.strip("[]"), int(port), take=take, knows=knows)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, receiver.stop)
    await receiver.serve()


if __name__ == "__main__":
    run()
