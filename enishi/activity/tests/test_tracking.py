"""Visits: what is taken, what is refused, whose they are, and that none is lost."""

import json
import re
import subprocess
import sys
import time

import pytest
from django.core.cache import caches
from django.test import Client

from enishi.accounts.models import User
from enishi.activity import actions
from enishi.activity.models import Activity, SeenId, Tracking, Visit, Visitor
from enishi.activity.tracking import marks, receiving, spool
from enishi.activity.tracking.machines import device_of, is_machine
from enishi.members.models import Member

ORIGIN = "http://127.0.0.1:8000"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"


@pytest.fixture
def site(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.BASE_URL = ORIGIN
    caches["local"].clear()
    spool.spool.close()
    yield Client(headers={"user-agent": SAFARI, "origin": ORIGIN})
    spool.spool.close()
    caches["local"].clear()


def hit(site, mark="", url="/news", **more):
    body = {
        "u": f"{ORIGIN}{url}",
        "r": "https://example.com/?q=1",
        "t": "お知らせ",
        "v": mark,
    } | more
    path = "/t" if mark else "/t?n=1"
    return site.post(path, json.dumps(body), content_type="text/plain")


def drain():
    spool.spool.close()
    return spool.drain(actions.store_hits)


def test_a_new_visitor_gets_a_mark_and_is_counted(site):
    answer = hit(site, url="/events?utm_source=line&token=geheim#top")
    assert answer.status_code == 200
    assert marks.visitor_of(answer.content.decode())
    assert hit(site, answer.content.decode()).status_code == 204
    assert drain() == 2
    first, second = Visit.objects.order_by("at")
    assert first.visitor == second.visitor
    assert first.object == "/events"
    assert first.props == {
        "url": f"{ORIGIN}/events?utm_source=line",
        "path": "/events",
        "title": "お知らせ",
        "referrer": "https://example.com/",
        "device": "phone",
        "ip": "127.0.0.0",
        "source": "line",
    }
    assert not first.machine


def test_no_more_than_once(site):
    hit(site)
    spool.spool.close()
    [path] = spool.folder().glob("*.hits")
    lines = path.read_bytes()
    assert drain() == 1
    path.write_bytes(lines)  # as if the process had been killed before the file was deleted
    assert drain() == 0
    assert Visit.objects.count() == SeenId.objects.count() == 1


def test_what_is_refused(site):
    assert site.get("/t").status_code == 405
    assert (
        site.post(
            "/t", "{}", content_type="text/plain", headers={"origin": "https://evil.example"}
        ).status_code
        == 403
    )
    assert Client().post("/t", "{}", content_type="text/plain").status_code == 403
    assert site.post("/t", "x" * 5000, content_type="text/plain").status_code == 413
    for headers in ({"dnt": "1"}, {"sec-gpc": "1"}):
        assert site.post("/t?n=1", "{}", content_type="text/plain", headers=headers).content == b""
    for body in ("", "{", "[]", '{"v": 1}', '{"v": "x", "u": "y"}', '{"u": "http://[", "v": ""}'):
        assert site.post("/t", body, content_type="text/plain").status_code == 204
    mark = marks.new_mark()
    hit(site, mark[:-2] + ("B" if mark[-2] == "A" else "A") + mark[-1])  # not our signature
    hit(site, marks.new_mark(), url=".evil.example/")  # another site than the page says
    assert drain() == 0


def test_nothing_is_taken_when_switched_off(site):
    actions.change_tracking(by=None, enabled=False)
    caches["local"].clear()
    assert hit(site).status_code == 403
    assert site.get("/t.js").content == b""


def test_other_sites_are_taken_when_named(site):
    other = {"origin": "https://www.example.jp"}
    body = json.dumps({"u": "https://www.example.jp/about", "v": marks.new_mark()})
    assert site.post("/t", body, content_type="text/plain", headers=other).status_code == 403
    actions.change_tracking(by=None, origins=["https://www.example.jp"])
    caches["local"].clear()
    answer = site.post("/t", body, content_type="text/plain", headers=other)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://www.example.jp"
    assert drain() == 1


def test_the_script_is_small_and_cached(site):
    answer = site.get("/t.js")
    assert len(answer.content) < 2048
    assert b"globalPrivacyControl" in answer.content
    assert f'S="{ORIGIN}/t"'.encode() in answer.content
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


@pytest.fixture
def hanakos_account(hanako):
    user = User.objects.create_user("hanako@example.jp", "a long password", name="花子")
    Member.objects.filter(pk=hanako.pk).update(user=user)
    return user


def sign_in(site):
    return site.post(
        "/accounts/login/", {"login": "hanako@example.jp", "password": "a long password"}
    )


def test_visits_join_the_member_at_sign_in(site, hanako, hanakos_account):
    mark = hit(site).content.decode()
    drain()
    site.cookies[marks.COOKIE] = mark
    answer = sign_in(site)
    assert answer.status_code == 302
    kinds = hanako.activities.values_list("kind__key", flat=True)
    assert sorted(kinds) == ["site.signed_in", "site.viewed"]
    assert not Visit.objects.exists()
    own = answer.cookies[marks.COOKIE].value
    assert marks.visitor_of(own) != marks.visitor_of(mark)
    hit(site, own, url="/mypage")
    hit(site, mark, url="/by-somebody-else")  # the old mark leads to nobody
    drain()
    assert hanako.activities.filter(object="/mypage").exists()
    assert Visit.objects.get().object == "/by-somebody-else"
    site.post("/accounts/logout/")
    assert site.cookies[marks.COOKIE].value == ""


def test_who_does_not_want_to_be_counted_gets_no_mark(site, hanako, hanakos_account):
    site.defaults["HTTP_DNT"] = "1"
    assert marks.COOKIE not in sign_in(site).cookies
    assert hanako.activities.get().kind.key == "site.signed_in"


def test_consent_is_waited_for(site, hanako, hanakos_account):
    actions.change_tracking(by=None, consent=True)
    caches["local"].clear()
    assert b"C=1" in site.get("/t.js").content
    assert marks.COOKIE not in sign_in(site).cookies
    site.post("/accounts/logout/")
    site.cookies[marks.AGREED] = "1"
    assert marks.COOKIE in sign_in(site).cookies


def test_claimed_once_and_not_what_is_a_members(site, hanako, taro):
    mark = hit(site).content.decode()
    drain()
    assert actions.claim_visits(mark, hanako) == 1
    assert actions.claim_visits(mark, taro) == 0
    bound = actions.bind_visitor(hanako)
    hit(site, bound)
    drain()
    assert actions.claim_visits(bound, taro) == 0
    assert actions.claim_visits("nonsense", taro) == 0
    assert (hanako.activities.count(), taro.activities.count()) == (2, 0)
    assert SeenId.objects.count() == Activity.objects.count() == 2


@pytest.mark.parametrize(
    ("address", "how", "kept"),
    [
        ("203.0.113.77", "cut", "203.0.113.0"),
        ("2001:db8:1:2:3::4", "cut", "2001:db8:1::"),
        ("203.0.113.77", "none", ""),
        ("nonsense", "cut", ""),
    ],
)
def test_addresses(address, how, kept):
    assert receiving.kept_address(address, how) == kept


def test_a_hashed_address_is_the_same_again_but_not_readable():
    one, two = (receiving.kept_address("203.0.113.77", "hashed") for _ in range(2))
    assert one == two != receiving.kept_address("203.0.113.78", "hashed")
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert "cb00714d" not in one  # its four bytes


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        (SAFARI, False),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36", False),
        ("Mozilla/5.0 (Linux; Android 15; Pixel) Chrome/140.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (X11; CUBOT_NOTE) Chrome/140", False),
        ("", True),
        ("curl/8", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("Mozilla/5.0 (Macintosh) HeadlessChrome/140", True),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", True),
    ],
)
def test_machines(agent, machine):
    assert is_machine({"HTTP_USER_AGENT": agent}) is machine


def test_requests_that_no_person_made():
    assert is_machine({"HTTP_USER_AGENT": SAFARI}, "HEAD")
    assert is_machine({"HTTP_USER_AGENT": SAFARI, "HTTP_SEC_PURPOSE": "prefetch;prerender"})
    assert device_of(SAFARI) == "phone"
    assert device_of("Mozilla/5.0 (iPad; CPU OS 17)") == "tablet"


def test_a_machine_is_marked(site):
    hit(site, m=1)
    drain()
    assert Visit.objects.get().machine


def test_a_killed_process_loses_nothing(site, tmp_path):
    """kill -9 right after some hits were acknowledged; the next process stores them."""
    code = (
        "import sys, time\n"
        "from enishi.activity.tracking import spool\n"
        "for n in range(500):\n"
        "    spool.spool.append(LINE % n)\n"
        "    print(n, flush=True)\n"
        "time.sleep(60)\n"
    )
    mark = marks.new_mark()
    line = json.dumps(
        ["%020x", 1.7e9, "", SAFARI, False, "", ORIGIN, json.dumps({"u": f"{ORIGIN}/a", "v": mark})]
    )
    code = f"LINE = {line.encode() + bytes([10])!r}\n" + code
    code = (
        "import django; from django.conf import settings\n"
        f"settings.configure(DATA_DIR={str(tmp_path)!r})\n" + code
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    for number in range(500):
        assert child.stdout.readline() == b"%d\n" % number
    assert drain() == 0  # its process lives and may still write
    child.kill()
    child.wait()
    assert drain() == 500
    assert drain() == 0
    assert Visit.objects.count() == 500


def test_half_a_line_is_no_hit(site):
    hit(site)
    spool.spool.close()
    [path] = spool.folder().glob("*.hits")
    with path.open("ab") as file:
        file.write(b'["0123')
    assert drain() == 1


def test_a_file_stays_when_storing_fails(site):
    hit(site)
    spool.spool.close()

    def fails(_lines):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        spool.drain(fails)
    assert drain() == 1


def test_settings_are_kept(site):
    assert Tracking.current().address == "cut"
    actions.change_tracking(by=None, address="none")
    assert Tracking.current().address == "none"
    caches["local"].clear()
    hit(site)
    drain()
    assert "ip" not in Visit.objects.get().props


def test_taking_a_hit_asks_the_database_nothing(site, django_assert_num_queries):
    mark = marks.new_mark()
    hit(site, mark)
    with django_assert_num_queries(0):
        began = time.perf_counter()
        for _ in range(100):
            hit(site, mark)
    assert time.perf_counter() - began < 5
    assert not Visitor.objects.exists()
    assert list(spool.folder().glob("*.hits"))
