"""Ten of the staff edit one record at the same time, over a real server, as browsers do.

Each opens the form, writes one field, and sends it with what the form was filled with.
Every save that was accepted must stand in the history, and every clash must have been shown: at
the end the record holds exactly what its history tells, and nobody's accepted words are missing.
"""

import os
import random
import re
import threading
import time
from collections import Counter

import pytest
import requests as http
from django.test import Client

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.audit.models import HistoryEntry
from enishi.members.actions import add_field
from enishi.records import actions
from enishi.records.models import Record

STAFF = 10
FIELDS = ("subject", "remarks", "place")
READ = re.compile(r'name="read" value="([^"]+)"')
INPUT = re.compile(r'name="own_(\w+)"[^>]*?value="([^"]*)"')


class Desk(threading.Thread):
    """One of the staff, editing again and again until the time is over."""

    def __init__(self, number, session, url, until):
        super().__init__()
        self.number, self.session, self.url, self.until = number, session, url, until
        self.saved, self.clashed, self.strange = [], 0, []

    def run(self):
        dice, turn = random.Random(self.number), 0
        while time.monotonic() < self.until:
            page = self.session.get(self.url, timeout=30)
            values = dict(INPUT.findall(page.text))
            read = READ.search(page.text)
            if read is None or not set(FIELDS) <= set(values):
                self.strange.append((page.status_code, page.text[:200]))
                return
            time.sleep(dice.uniform(0, 0.05))  # somebody else may save now
            turn += 1
            field = dice.choice(FIELDS)
            words = f"{self.number}-{turn}"
            body = {f"own_{key}": value for key, value in values.items()}
            body |= {f"own_{field}": words, "read": read[1]}
            body["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
            said = self.session.post(
                self.url, body, headers={"Referer": self.url}, allow_redirects=False, timeout=30
            )
            if said.status_code == 302:
                self.saved.append((field, words))
            elif said.status_code == 409 and 'role="alert"' in said.text:
                self.clashed += 1
            else:
                self.strange.append((said.status_code, said.text[:200]))


@pytest.fixture
def record(transactional_db):
    put_ready_roles()
    database = actions.add_database(name="受付", key="desk", by=None)
    for key in FIELDS:
        add_field(table="desk", key=key, label_ja=key, type="text", by=None)
    return actions.add_record(database, dict.fromkeys(FIELDS, "0-0"), by=None)


def staff(live_server):
    for number in range(1, STAFF + 1):
        user = User.objects.create_user(
            f"s{number}@example.jp", name=f"職員{number}", is_staff=True
        )
        user.roles.add(Role.objects.get(key="office"))
        client = Client()
        client.force_login(user)
        session = http.Session()
        session.cookies.set("sessionid", client.cookies["sessionid"].value)
        yield number, session


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_update_is_lost_and_every_clash_is_shown(record, live_server):
    url = f"{live_server.url}/office/databases/desk/{record.pk}/edit/"
    until = time.monotonic() + float(os.environ.get("TEN_AT_ONCE_SECONDS", "15"))
    desks = [Desk(number, session, url, until) for number, session in staff(live_server)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()

    assert not [one for desk in desks for one in desk.strange]
    accepted = Counter(pair for desk in desks for pair in desk.saved)
    clashed = sum(desk.clashed for desk in desks)
    kept = Record.objects.get(pk=record.pk)
    told = [
        (key.removeprefix("data."), old, new)
        for entry in HistoryEntry.objects.about(kept)
        .filter(values__has_key="changes")
        .order_by("pk")
        for key, (old, new) in entry.values["changes"].items()
    ]
    print(f"\n{sum(accepted.values())} saved, {clashed} clashes shown, version {kept.version}")
    assert Counter((key, new) for key, _old, new in told) == accepted, "each save, and no other"
    assert kept.version == 1 + sum(accepted.values())
    now = dict.fromkeys(FIELDS, "0-0")
    for key, old, new in told:
        assert now[key] == old, "nobody overwrites what they have not seen"
        now[key] = new
    assert kept.data == now
    assert clashed, "ten at one record get into each other's way"
    assert accepted, "somebody gets through"
