"""Web processes of their own for benches that measure over HTTP."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

_SERVE = """
import os
os.environ.update(DJANGO_SETTINGS_MODULE="enishi.project.settings", ENISHI_ROLE="web")
os.environ.pop("ENISHI_SUPERVISED", None)
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
from enishi.project.web import serve
serve("127.0.0.1", {port}, workers={workers})
"""


@contextmanager
def served(name: str, *, workers: int = 0) -> Iterator[int]:
    """Web processes as ``enishi up`` runs them, on the database ``name``; gives their port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE.format(name=name, port=port, workers=workers)],
        env={**os.environ, "ENISHI_BASE_URL": settings.BASE_URL},
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    asked.request("GET", "/health/live")
                    if asked.getresponse().status == 200:
                        break
                except OSError:
                    assert time.monotonic() < until, "The web server does not answer."
                    time.sleep(0.2)
            yield port
        finally:
            server.terminate()
