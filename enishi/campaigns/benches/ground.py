"""Where campaigns are measured: a campaign to members made for it, a mail server that takes all."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from enishi.campaigns import actions
from enishi.campaigns.models import Campaign
from enishi.core import ground
from enishi.core.bulk import copy_rows, run
from enishi.members.models import Member, MemberType

NAME = f"{ground.NAME}_sending"
MAILS = 20_000
SAMPLE = int(os.environ.get("ENISHI_BENCH_SAMPLE", "") or 25)  # of so many one is kept whole

# Writes down each mail that it takes: to whom, its head, of some all of it.
_SINK = """
import asyncio, json, sys
from enishi.messaging.tests.sink import Sink
file = open(sys.argv[2], "ab", buffering=0)
def write(mail):
    whole = sink.count % {sample} == 0
    content = mail.content if whole else mail.content.partition(b"\\r\\n\\r\\n")[0]
    line = json.dumps([mail.to[0], content.decode("ascii"), whole])
    file.write(line.encode() + b"\\n")
sink = Sink(port=int(sys.argv[1]), keep=False, on_mail=write)
asyncio.run(sink.serve())
"""
_MAIL: dict[str, Any] = {
    "MAIL_TRANSPORT": "smtp",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 0,
    "EMAIL_HOST_USER": "",
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_USE_SSL": False,
    "EMAIL_USE_TLS": False,
}


def mails_wanted() -> int:
    """How many mails a bench sends: ``ENISHI_BENCH_MAILS``, 20,000 without it."""
    return int(os.environ.get("ENISHI_BENCH_MAILS", "") or MAILS)


@dataclass
class Served:
    """``processor``: the seconds that the mail server took, once it has ended."""

    processor: float = 0.0


@contextmanager
def server(record: Path) -> Iterator[Served]:
    """A mail server in a process of its own; mail goes there meanwhile, and is told in ``record``
    (see ``read``)."""
    served = Served()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = {name: getattr(settings, name, None) for name in _MAIL}
    program = _SINK.format(sample=SAMPLE)
    sink = subprocess.Popen([sys.executable, "-c", program, str(port), str(record)])
    try:
        for _try in range(300):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        for name, value in {**_MAIL, "EMAIL_PORT": port}.items():
            setattr(settings, name, value)
        yield served
    finally:
        sink.kill()
        _pid, _status, used = os.wait4(sink.pid, 0)
        sink.returncode = -9
        served.processor = used.ru_utime + used.ru_stime
        for name, value in before.items():
            setattr(settings, name, value)


def read(record: Path) -> Iterator[tuple[str, bytes, bool]]:
    """What the server took, in order: to whom, the content, whether that is all of it."""
    with record.open("rb") as file:
        for line in file:
            to, content, whole = json.loads(line)
            yield to, content.encode(), whole


def body() -> str:
    """20 KB of HTML with ten links and five merge fields."""
    words = "会員の皆さまへ、秋の催しと総会のご案内です。どうぞお気軽にご参加ください。" * 4
    parts = [
        f'<p style="margin:0 0 12px">{words}</p>'
        f'<p><a href="https://www.example.jp/autumn/{number}?from=mail">詳しくはこちら</a></p>'
        for number in range(10)
    ]
    filler = "<!-- -->".join(f"<span>{number:05}</span>" for number in range(560))
    fields = (
        "<p>{{ member.name|honorific }}（{{ member.number }}）{{ member.prefecture }}"
        "{{ member.city }} {{ member.email }}</p>"
    )
    return f"<html><body>{fields}{''.join(parts)}{filler}</body></html>"


@contextmanager
def campaign_to(wanted: int) -> Iterator[Campaign]:
    """A campaign to so many members, all of them new, in a database of its own."""
    with ground.elsewhere(NAME):
        clear()
        _make_members(wanted)
        try:
            yield actions.create(
                {
                    "name": "bench sending",
                    "message_class": "transactional",
                    "subject": "{{ member.family_name }}様へのお知らせ",
                    "body": {"html": body()},
                    "audience": {"include": [{"all": []}], "exclude": []},
                },
                by=None,
            )
        finally:
            clear()


def clear() -> None:
    """Leave no campaign and no member in the database of the bench."""
    run(
        "TRUNCATE campaigns_campaign, campaigns_recipient, campaigns_batch, campaigns_hit,"
        " members_member, activity_activity, activity_seenid CASCADE"
    )


def _make_members(wanted: int) -> None:
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
            }
            yield [row[column] for column in columns]

    copy_rows("members_member", columns, rows())
    run("ANALYZE members_member")
