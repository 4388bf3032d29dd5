"""The web server process of ``enishi up``: granian with some workers of some threads."""

import os
import sys

from .processes import cores, die_with_parent, loading, wait_for_go


def serve(host: str, port: int, workers: int = 0) -> None:
    """Serve until a signal comes. Loads the application once; workers are forked from it."""
    os.environ["ENISHI_ROLE"] = "web"
    die_with_parent()
    os.register_at_fork(after_in_child=die_with_parent)

    with loading():
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server import Server

        from . import wsgi  # noqa: F401

    workers = workers or min(8, max(2, cores()))
    server = Server(
        "enishi.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=256,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=4,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
    )
    wait_for_go()
    server.serve()


_LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "enishi.project.logs.JsonLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
