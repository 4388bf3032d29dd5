"""``enishi bench sending``: mails a second, from frozen rows to a server, beside the bare loop."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from enishi.campaigns import actions
from enishi.campaigns.models import Campaign, Hit, Link, Recipient
from enishi.campaigns.sending import claiming, delivering, freezing
from enishi.campaigns.sending.printing import Press
from enishi.core.bench import Report, bench
from enishi.core.bulk import copy_rows, run
from enishi.members.models import Member, MemberType
from enishi.messaging.actions import Envelope, mail_transport

MAILS = 20_000
LEAST = 800  # a second
SHARE = 0.7  # of the bare loop

_SINK = """
import asyncio, sys
from enishi.messaging.tests.sink import Sink
asyncio.run(Sink(port=int(sys.argv[1]), keep=False).serve())
"""


def body() -> str:
    """About 20 KB of HTML with ten links and five merge fields."""
    words = "会員の皆さまへ、秋の催しと総会のご案内です。どうぞお気軽にご参加ください。" * 4
    parts = [
        f'<p style="margin:0 0 12px">{words}</p>'
        f'<p><a href="https://www.example.jp/autumn/{number}?from=mail">詳しくはこちら</a></p>'
        for number in range(10)
    ]
    filler = "<!-- -->".join(f"<span>{number:05}</span>" for number in range(330))
    fields = (
        "<p>{{ member.name|honorific }}（{{ member.number }}）{{ member.prefecture }}"
        "{{ member.city }} {{ member.email }}</p>"
    )
    return f"<html><body>{fields}{''.join(parts)}{filler}</body></html>"


@bench("sending")
def sending(report: Report) -> None:
    """20,000 personal mails of 20 KB to a server on this machine (or ENISHI_BENCH_MAILS)."""
    wanted = int(os.environ.get("ENISHI_BENCH_MAILS", MAILS))
    with _server(), _campaign(wanted) as campaign:
        actions.start(campaign, by=None)
        with report.stopwatch("freezing", budget=max(1.0, 20 * wanted / 1_000_000)):
            freezing.freeze(campaign.pk)
        campaign.refresh_from_db()
        bare = _bare_loop(campaign)
        before = _memory()
        began = time.perf_counter()
        sent = delivering.send_here()
        took = time.perf_counter() - began - 3.3  # the senders look for more before they end
        rate = sent / took
        note = f"{wanted:,} mails; baseline: the bare loop with ready bytes"
        report.measure("mails", rate, "/s", budget=LEAST, at_least=True, baseline=bare, note=note)
        report.measure("share of the bare loop", rate / bare, "", budget=SHARE, at_least=True)
        report.measure("memory gained while sending", _memory() - before, "MB", budget=64)


def _bare_loop(campaign: Campaign) -> float:
    """Mails a second when nothing is made or written down: ready bytes, as many connections."""
    press = Press(campaign)
    batch = claiming.claim(campaign, 1, 200)
    press.read(batch)
    ready = [press.envelope(one) for one in batch]
    claiming.give_back(1)
    threads = 4
    mails = 5000

    def loop() -> None:
        def letters() -> Iterator[Envelope]:
            for number in range(mails // threads):
                yield ready[number % len(ready)]

        with mail_transport() as transport:
            for _answer in transport.send(letters()):
                pass

    workers = [threading.Thread(target=loop) for _ in range(threads)]
    began = time.perf_counter()
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return mails / (time.perf_counter() - began)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _server() -> Iterator[None]:
    """A server that takes everything, in a process of its own; mail goes there meanwhile."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = {name: getattr(settings, name, None) for name in _MAIL}
    sink = subprocess.Popen([sys.executable, "-c", _SINK, str(port)])
    try:
        for _try in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        for name, value in {**_MAIL, "EMAIL_PORT": port}.items():
            setattr(settings, name, value)
        yield
    finally:
        sink.kill()
        sink.wait()
        for name, value in before.items():
            setattr(settings, name, value)


_MAIL: dict[str, Any] = {
    "MAIL_TRANSPORT": "smtp",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 0,
    "EMAIL_HOST_USER": "",
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_USE_SSL": False,
    "EMAIL_USE_TLS": False,
}


@contextmanager
def _campaign(wanted: int) -> Iterator[Campaign]:
    """A campaign to members made for it; both are gone afterwards."""
    kind = MemberType.objects.first() or MemberType.objects.create(name="正会員")
    template = Member(number="x", type=kind)
    fields = [one for one in Member._meta.concrete_fields if one.name not in ("id", "sorting_name")]
    columns = [str(one.column) for one in fields]
    base = {str(one.column): getattr(template, one.attname) for one in fields}
    base |= {"data": "{}", "family_name": "山田", "prefecture": "宮城県", "city": "仙台市青葉区"}

    def rows() -> Iterator[list[Any]]:
        for number in range(wanted):
            row = base | {
                "number": f"BENCH{number:08}",
                "given_name": f"花子{number}",
                "email": f"m{number}@example{number % 50}.jp",
                "source": "bench sending",
            }
            yield [row[column] for column in columns]

    copy_rows("members_member", columns, rows())
    campaign = actions.create(
        {
            "name": "bench sending",
            "message_class": "transactional",
            "subject": "{{ member.family_name }}様へのお知らせ",
            "body": {"html": body()},
            "audience": {
                "include": [{"field": "source", "op": "eq", "value": "bench sending"}],
                "exclude": [],
            },
        },
        by=None,
    )
    try:
        yield campaign
    finally:
        connection.close()
        Hit.objects.filter(campaign_id=campaign.pk).delete()
        Recipient.objects.filter(campaign=campaign).delete()
        Link.objects.filter(campaign=campaign).delete()
        Campaign.objects.filter(pk=campaign.pk).delete()
        run("DELETE FROM members_member WHERE source = 'bench sending'")
