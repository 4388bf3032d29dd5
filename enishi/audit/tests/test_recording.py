"""Every fact is written down, and what is private is not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from enishi.audit.models import HistoryEntry
from enishi.core.facts import announce
from enishi.core.origin import Origin, acting_through, coming_from

from .conftest import Waved

pytestmark = pytest.mark.django_db


def test_a_fact_becomes_an_entry(sato):
    with coming_from(Origin("request-1", "192.0.2.7")):
        announce(Waved(about=sato, by=sato, note="hello"))
    entry = HistoryEntry.objects.get()
    assert (entry.about_type, entry.about_id, entry.about_label) == (
        "accounts.user",
        str(sato.pk),
        "佐藤",
    )
    assert (entry.by_id, entry.by_label, entry.request_id) == (sato.pk, "佐藤", "request-1")
    assert entry.ip == "192.0.2.7"
    assert entry.values["note"] == "hello"
    assert list(HistoryEntry.objects.about(sato)) == [entry]


def test_a_fact_that_is_rolled_back_never_was(sato):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(Waved(about=sato, by=sato))
        raise ZeroDivisionError
    assert not HistoryEntry.objects.exists()


def test_private_values_are_not_kept_but_their_names_are(sato):
    changes = {"phone": ("0312345678", "0398765432"), "name": ("佐藤", "佐藤 恵子")}
    announce(Waved(about=sato, by=sato, secret="4711", changes=changes))
    entry = HistoryEntry.objects.get()
    assert entry.values["changes"] == {"phone": None, "name": ["佐藤", "佐藤 恵子"]}
    assert entry.fields == ["name", "phone"]
    assert "4711" not in str(entry.values)
    assert "0312345678" not in str(entry.values)
    kept = {detail.label: detail.kept for detail in entry.details if detail.changed}
    assert kept == {"電話番号": False, "氏名": True}


def test_values_of_every_kind_can_be_kept(sato):
    note = {
        "day": date(2026, 4, 1),
        "fee": Decimal(12000),
        "who": sato,
        "some": {"b", "a"},
        "nul": "a\x00b",
        "long": "あ" * 5000,
    }
    announce(Waved(about=None, by=None, note=note))
    kept = HistoryEntry.objects.get().values["note"]
    assert kept["day"] == "2026-04-01"
    assert kept["fee"] == "12000"
    assert kept["who"] == {"type": "accounts.user", "id": str(sato.pk), "label": "佐藤"}
    assert kept["some"] == ["a", "b"]
    assert kept["nul"] == "ab"
    assert len(kept["long"]) == 2001


def test_a_program_is_named_beside_the_person(sato):
    with coming_from(Origin("request-2", "")):
        acting_through("Web shop")
        announce(Waved(about=sato, by=sato))
        announce(Waved(about=sato, by=None))
    labels = HistoryEntry.objects.order_by("pk").values_list("by_label", flat=True)
    assert list(labels) == ["佐藤 [Web shop]", "Web shop"]


def test_entries_read_as_sentences(sato, settings):
    announce(Waved(about=sato, by=sato, note="やあ"))
    announce(Waved(about=None, by=None))
    second, first = HistoryEntry.objects.order_by("-pk")
    assert first.sentence == "佐藤さん waved at 佐藤さん: やあ"
    assert second.sentence.startswith("システム waved at (不明)")


def test_an_entry_of_a_fact_that_is_gone_still_reads(sato):
    announce(Waved(about=sato, by=sato))
    HistoryEntry.objects.update(fact="gone.Vanished")
    assert "Vanished" in HistoryEntry.objects.get().sentence


def test_details_repeat_nothing_that_the_sentence_says(sato):
    announce(Waved(about=sato, by=sato, note="hello", changes={"name": ["佐", "佐藤"]}))

    entry = HistoryEntry.objects.get()

    assert "hello" in entry.sentence
    assert [(one.old, one.new) for one in entry.details] == [("佐", "佐藤")]
