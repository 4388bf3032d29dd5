"""An office in which every kind of thing exists at least once, for the sweeps to walk through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from enishi.accounts.models import ApiToken, Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.core import clock
from enishi.core.jobs import run_waiting
from enishi.core.models import Job, Organisation
from enishi.members import actions
from enishi.members.models import LeaveReason, Member, MemberType, Tag

PDF = b"%PDF-1.4\n%%EOF\n"
LIST = """会員名簿,,,,
,,,,
会員番号,氏名,フリガナ,生年月日,メール
A-101,山本 一郎,ヤマモト イチロウ,昭和60年4月1日,ichiro@example.jp
A-102,加藤 花,カトウ ハナ,昭和66年2月30日,hana@example.jp
"""


@dataclass
class Office:
    """Who and what there is."""

    administrator: User
    members: list[Member]
    token: ApiToken
    secret: str

    def client(self, language: str = "ja") -> Client:
        """A browser of the administrator, who reads ``language``."""
        User.objects.filter(pk=self.administrator.pk).update(language=language)
        self.administrator.refresh_from_db()
        client = Client()
        client.force_login(self.administrator)
        return client

    def program(self, secret: str = "") -> Client:
        """A client of the API."""
        return Client(headers={"authorization": f"Bearer {secret or self.secret}"})


def staff(email: str, name: str, role: str) -> User:
    put_ready_roles()
    user = User.objects.create_user(email, name=name, is_staff=True)
    user.roles.add(Role.objects.get(key=role))
    return user


def person(number: int, **more: Any) -> dict[str, Any]:
    """The values of one member, different for each number."""
    families = ["山田", "鈴木", "高橋", "田中", "伊藤", "渡辺", "中村", "小林"]
    kana = ["ヤマダ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ", "ナカムラ", "コバヤシ"]
    which = number % len(families)
    return {
        "family_name": families[which],
        "given_name": f"花{number}",
        "family_name_kana": kana[which],
        "given_name_kana": "ハナ",
        "email": f"hana{number}@example.jp",
        "phone": f"03{number:08}",
        "birth_date": clock.today() - timedelta(days=9000 + number),
        "joined_on": clock.today() - timedelta(days=700 + number),
        "member_type": regular(),
        **more,
    }


def regular() -> MemberType:
    found = MemberType.objects.filter(for_organisations=False).order_by("order", "pk").first()
    return found or MemberType.objects.create(name="正会員")


def members(count: int, by: User | None = None) -> list[Member]:
    """Members in full, the same but for names and dates."""
    begin = Member.objects.count()
    return [actions.add(person(begin + number), by=by) for number in range(count)]


@pytest.fixture(scope="module")
def filled(shared: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The rows and files of the office; gives the secret of its token."""
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path_factory.mktemp("files"), "base_url": None},
    }
    storages = {**django_settings.STORAGES, "default": files}
    with override_settings(STORAGES=storages), shared(_fill) as secret:
        yield secret


@pytest.fixture
def office(db: None, filled: str) -> Office:
    """A filled office: members of every status, notes, files, imports, jobs, staff, tokens."""
    sato = User.objects.get(email="sato@example.jp")
    token = ApiToken.objects.get(name="会計ソフト")
    return Office(sato, list(Member.objects.order_by("pk")), token, filled)


def _fill() -> str:
    with connection.cursor() as cursor:  # the number of a member is no other thing's by accident
        cursor.execute("SELECT setval('members_member_id_seq', 1000000)")
    sato = staff("sato@example.jp", "佐藤 花", "administrator")
    staff("suzuki@example.jp", "鈴木 一", "office")
    organisation = Organisation.current()
    organisation.name, organisation.name_en = "縁の会", "縁の会"
    organisation.save()
    found = members(12, by=sato)
    hanako, taro, jiro, saburo, shiro = found[:5]
    reason = LeaveReason.objects.first()
    actions.leave(taro, reason=reason, by=sato)
    actions.suspend(jiro, until=clock.today() + timedelta(days=30), by=sato)
    actions.mark_deceased(saburo, by=sato)
    actions.delete(shiro, by=sato)
    actions.apply(person(50, joined_on=None), by=sato)
    actions.leave(found[5], on=clock.today() + timedelta(days=9), reason=reason, by=sato)
    actions.add(
        person(51, kind="organisation", organisation_name="葵株式会社", family_name=""), by=sato
    )
    actions.add_note(hanako, text="電話は午前中に", by=sato)
    actions.add_contact(
        hanako,
        channel="phone",
        direction="in",
        subject="住所の問い合わせ",
        next_action="書類を送る",
        next_on=clock.today(),
        by=sato,
    )
    actions.add_further_email(hanako, purpose="billing", email="keiri@example.jp", by=sato)
    actions.add_further_address(
        hanako, purpose="billing", postal_code="1000001", city="千代田区", by=sato
    )
    actions.put_tag(hanako, Tag.objects.create(name="役員"), by=sato)
    actions.add_file(hanako, file=SimpleUploadedFile("申込書.pdf", PDF), by=sato)
    actions.change(hanako, {"mobile": "09012345678"}, by=sato)
    _together(found, sato)
    _import(sato)
    _export(sato)
    _segments(sato)
    _messages(hanako, sato)
    Job.objects.create(name="members.commit_import", state=Job.State.FAILED, by=sato, error="故障")
    Job.objects.create(name="members.commit_import", state=Job.State.WAITING, by=sato)
    token, secret = ApiToken.mint(name="会計ソフト", scopes=["*"], by=sato)
    token.save()
    return secret


def _together(found: list[Member], by: User) -> None:
    """A household, a firm with somebody in it, a guardian, tasks and their rule, labels."""
    from enishi.members.labels import actions as labels
    from enishi.members.labels.drawing import Options

    hanako, other = found[0], found[6]
    household = actions.make_household(hanako, by=by)
    actions.add_to_household(household, other, kinship="spouse", by=by)
    firm = Member.objects.filter(kind="organisation").first()
    assert firm is not None
    actions.set_seats(firm, 5, by=by)
    actions.affiliate(firm, hanako, posts=["contact"], title="課長", by=by)
    born = clock.today() - timedelta(days=4000)
    child = actions.add(person(60, birth_date=born, joined_on=clock.today()), by=by)
    actions.name_guardian(child, hanako, tie="mother", by=by)
    actions.add_task(title="書類を送る", due_on=clock.today(), owner=by, member=hanako, by=by)
    actions.add_rule(kind="birthday", days=7, title="書類を送る", by=by)
    actions.change(hanako, {"postal_code": "1000001", "city": "千代田区"}, by=by)
    labels.start(filters={"ids": [hanako.pk]}, options=Options(), by=by)


def _import(by: User) -> None:
    from enishi.members.importing import actions as importing

    def upload() -> Any:
        file = SimpleUploadedFile("名簿.csv", LIST.encode("cp932"))
        return importing.start(file, "名簿.csv", by=by)

    upload()  # one waits for its columns to be chosen
    checked = upload()  # one is checked, one is done
    importing.check(checked, by=by)
    done = upload()
    importing.set_mapping(done, skip_errors=True)
    importing.check(done, by=by)
    run_waiting()
    importing.commit(done, by=by)
    run_waiting()


def _messages(member: Member, by: User) -> None:
    from enishi.members.models import Consent, Topic
    from enishi.messaging import actions as messaging

    messaging.send(
        to=member.email,
        to_name=member.name,
        subject="縁",
        text="縁",
        html="<p>縁</p>",
        files=[messaging.File("縁.txt", b"x")],
        by=by,
    )
    messaging.send(to="x@example.jp", subject="縁", text="縁", message_class="advertising")
    run_waiting()
    messaging.report(kind="hard", source="answer", address="y@example.jp", text="550")
    messaging.suppress("z@example.jp", reason="manual", detail="縁", by=by)
    topic = Topic.objects.first() or actions.add_topic(name="会報", name_en="News", by=by)
    actions.give_consent(member, topic, source=Consent.Source.OFFICE, by=by)


def _export(by: User) -> None:
    from enishi.members.exporting import actions as exporting

    exporting.start(columns=["number", "family_name"], by=by)
    run_waiting()


def _segments(by: User) -> None:
    from enishi.segments import actions as segments

    active = {"field": "status", "op": "in", "value": ["active"]}
    made = segments.create(name="有効な会員", rule={"all": [active]}, by=by)
    within = {"last": 30, "unit": "day"}
    quiet = {"all": [{"in_segment": made.pk}, {"not": {"did": "mail.opened", "within": within}}]}
    segments.create(name="静かな会員", rule=quiet, by=by)
    segments.refresh(made)
    member = Member.objects.present().latest("pk")
    segments.put_by_hand(made, [member.pk], included=False, note="本人の希望", by=by)
    segments.start(made, "tag", {"tag": "注目"}, by=by)
    run_waiting()
