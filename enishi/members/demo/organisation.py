"""Fill an empty database with the demo organisation, the same one on the same day."""

import random
from dataclasses import dataclass

from django.db import transaction

from enishi.accounts.models import Role, User
from enishi.core.models import Organisation
from enishi.members.models import Field, Member, MemberType, as_choices

from . import agreeing, belonging, doubles, keeping, replay, roll, seeing
from .lives import CORPORATE
from .remarks import HOBBIES

PASSWORD = "enishi-demo"  # noqa: S105 printed for everybody to see, in the demo only
MEMBERS = 2_000


@dataclass(frozen=True)
class SignIn:
    """Somebody of the staff, with the role's key."""

    name: str
    email: str
    role: str
    label: str


SIGN_INS = (
    SignIn("佐藤 由美子", "sato@example.jp", "administrator", "管理者 administrator"),
    SignIn("鈴木 健一", "suzuki@example.jp", "office", "事務局 office"),
    SignIn("田中 美咲", "tanaka@example.jp", "read_only", "閲覧のみ read only"),
)


def fill() -> str:
    """Make the demo organisation unless it is there; the sign-ins to print ('' for none)."""
    with transaction.atomic():
        if Member.objects.exists() or User.objects.exists():
            there = User.objects.filter(email=SIGN_INS[0].email).first()
            return told() if there is not None and there.check_password(PASSWORD) else ""
        dice = random.Random("縁")  # noqa: S311
        _organisation()
        staff = _staff()
        _lists()
        made = roll.enter(MEMBERS, staff, dice)
        replay.play(made, staff, dice)
        belonging.belong(staff, dice)
        keeping.keep()
        doubles.look(staff[1])
        agreeing.agree(staff)
        seeing.look(staff[0])
    return told()


def told() -> str:
    """The sign-ins as lines of text."""
    lines = ["Sign-ins of this demo (never use them elsewhere):"]
    lines += [f"  {one.email:<20} {PASSWORD}   {one.label}" for one in SIGN_INS]
    return "\n".join([*lines, "", ""])


def _organisation() -> None:
    Organisation(
        name="一般社団法人 あおば縁文化交流協会",
        name_en="Aoba Enishi Cultural Exchange Association",
        email="office@example.jp",
        phone="0220012345",
        postal_code="9800811",
        address="宮城県仙台市青葉区一番町3-0-1 縁ビル4階",
    ).save()


def _staff() -> list[User]:
    staff = []
    for one in SIGN_INS:
        user = User.objects.create_user(one.email, PASSWORD, name=one.name, is_staff=True)
        user.roles.add(Role.objects.get(key=one.role))
        staff.append(user)
    return staff


def _lists() -> None:
    MemberType.objects.filter(name=CORPORATE).update(number_pattern="C{fiscal}-{seq:3}")
    for order, (key, label_ja, label, sort, choices) in enumerate(
        (
            ("hobbies", "関心のある分野", "Interests", Field.Type.CHOICES, list(HOBBIES)),
            ("newsletter", "会報の郵送", "Newsletter by post", Field.Type.BOOLEAN, []),
            ("dues", "年会費", "Annual dues", Field.Type.MONEY, []),
            ("speaks", "話せる外国語", "Languages spoken", Field.Type.TEXT, []),
        ),
        start=1,
    ):
        Field.objects.create(
            key=key,
            label_ja=label_ja,
            label=label,
            type=sort,
            choices=as_choices(choices),
            order=order,
        )
