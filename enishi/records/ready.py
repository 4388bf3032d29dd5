"""Databases that many offices want, ready made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.members.actions import add_field

from . import actions
from .models import Database

Fields = Sequence[tuple[str, str, str, str, dict[str, Any]]]  # key, ja, en, type, more


@dataclass(frozen=True)
class Ready:
    """A database to begin with. Names are the office's words and stay in Japanese and English."""

    key: str
    name: str
    name_en: str
    icon: str
    about: str | Promise
    of_member: str
    fields: Fields

    def __str__(self) -> str:
        return self.name if get_language() == "ja" else self.name_en


def _choices(**named: str) -> dict[str, list[dict[str, str]]]:
    """Choices by their Japanese label, with the English one."""
    return {
        "choices": [
            {"value": label, "label": label, "label_en": english}
            for label, english in named.items()
        ]
    }


_STATES = _choices(未対応="Open", 対応中="In progress", 完了="Done")
_MATERIAL = _choices(入会案内="How to join", 会報="Newsletter", 年報="Annual report")
_RESULTS = _choices(修了="Completed", 未修了="Not completed", 欠席="Absent")
_TOPICS = _choices(法律="Law", 税務="Taxes", 労務="Labour", 経営="Management", その他="Other")

TEMPLATES: tuple[Ready, ...] = (
    Ready(
        "requests",
        "資料請求",
        "Requests for material",
        "mail",
        _("Who asked for which material, and whether it was sent."),
        "may",
        (
            ("subject", "件名", "Subject", "text", {"required": True}),
            ("material", "資料", "Material", "choice", _MATERIAL),
            ("requested_on", "請求日", "Requested on", "date", {}),
            ("copies", "部数", "Copies", "integer", {"least": 1}),
            ("state", "状態", "State", "choice", _STATES),
            ("sent", "発送済み", "Sent", "boolean", {}),
            ("remarks", "備考", "Remarks", "long_text", {}),
        ),
    ),
    Ready(
        "training",
        "研修の受講",
        "Training",
        "certificate",
        _("Which course each member took, with the result and the certificate."),
        "must",
        (
            ("course", "研修名", "Course", "text", {"required": True}),
            ("held_on", "受講日", "Held on", "date", {}),
            ("hours", "時間数", "Hours", "decimal", {}),
            ("result", "結果", "Result", "choice", _RESULTS),
            ("certificate", "修了証", "Certificate", "file", {}),
        ),
    ),
    Ready(
        "loans",
        "備品の貸出",
        "Loans",
        "box",
        _("What was lent to whom, and when it comes back."),
        "must",
        (
            ("item", "品名", "Item", "text", {"required": True}),
            ("lent_on", "貸出日", "Lent on", "date", {}),
            ("due_on", "返却予定日", "Due on", "date", {}),
            ("returned", "返却済み", "Returned", "boolean", {}),
        ),
    ),
    Ready(
        "consultations",
        "相談の記録",
        "Consultations",
        "message",
        _("What members asked for advice about, and what came of it."),
        "must",
        (
            ("subject", "相談内容", "Subject", "text", {"required": True}),
            ("asked_on", "受付日", "Asked on", "date", {}),
            ("topics", "分野", "Topics", "choices", _TOPICS),
            ("state", "状態", "State", "choice", _STATES),
            ("answer", "回答", "Answer", "long_text", {}),
        ),
    ),
)


def _in_japanese(about: str | Promise) -> str:
    with override("ja"):
        return str(about)


@transaction.atomic
def make(template: Ready, *, by: User | None) -> Database:
    """Make the database with its fields. A key that is taken gets a number behind it."""
    taken = Database.objects.filter(key=template.key).exists()
    made = actions.add_database(
        name=template.name,
        name_en=template.name_en,
        key="" if taken else template.key,
        icon=template.icon,
        of_member=template.of_member,
        description=_in_japanese(template.about),
        by=by,
    )
    for key, label_ja, label, kind, more in template.fields:
        add_field(table=made.key, key=key, label_ja=label_ja, label=label, type=kind, **more, by=by)
    return made
