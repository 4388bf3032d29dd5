"""A list is imported, what works by itself has seen its members, and the list is taken back."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.importing import actions as importing
from enishi.members.importing.undoing import InTheWay, run_undo
from enishi.members.importing.undoing import undo as begin_undo
from enishi.members.models import Import, Member, Task
from enishi.segments import actions as segments
from enishi.segments.actions.refreshing import retest, waiting_segments
from enishi.segments.actions.scores import compute
from enishi.segments.models import Score, Segment, SegmentChange, SegmentMember

pytestmark = pytest.mark.django_db


def looked_at() -> None:
    for pk in waiting_segments():
        retest(pk)


def test_what_works_by_itself_does_not_stand_in_the_way(sato):
    people = segments.create(
        name="東京", rule={"field": "prefecture", "op": "eq", "value": "東京都"}, by=sato
    )
    roll.add({"family_name": "前から", "prefecture": "東京都", "number": "A1"}, by=sato)
    looked_at()
    soon = (clock.today() + timedelta(days=2)).replace(year=1980)
    lines = f"会員番号,姓,都道府県,生年月日\nM1,林,東京都,{soon}\nM2,森,東京都,{soon}\n"
    of = importing.start(ContentFile(lines.encode()), "list.csv", by=sato)
    importing.run_commit(of, importing.Quiet())
    looked_at()
    compute()
    rule = roll.add_rule(kind="birthday", days=7, by=sato)
    assert roll.make_tasks(rule) == 2
    came = Member.objects.filter(number__in=["M1", "M2"])
    assert SegmentMember.objects.filter(member__in=came).count() == 2
    assert SegmentChange.objects.filter(member__in=came).count() == 2
    assert Score.objects.filter(member__in=came).count() == 2

    of = Import.objects.get(pk=of.pk)
    begin_undo(of, by=sato)
    run_undo(of, importing.Quiet())
    looked_at()
    assert not came.exists()
    assert not Task.objects.filter(rule=rule).exists()
    assert Segment.objects.get(pk=people.pk).count == 1


def test_what_somebody_made_of_a_member_stands_in_the_way(sato):
    of = importing.start(ContentFile("会員番号,姓\nM1,林\nM2,森\n".encode()), "list.csv", by=sato)
    importing.run_commit(of, importing.Quiet())
    roll.add_task(title="電話する", member=Member.objects.get(number="M2"), by=sato)
    with pytest.raises(InTheWay) as found:
        begin_undo(Import.objects.get(pk=of.pk), by=sato)
    assert [one.number for one in found.value.first] == ["M2"]
