"""Questions that are written once get the answers of the moment."""

from typing import Any

import pytest
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from enishi.core.asked import asked
from enishi.core.models import Organisation

pytestmark = pytest.mark.django_db


def test_values_are_those_of_each_time_and_so_are_rows():
    built = []

    @asked
    def begins(zone: Any, by: Any) -> QuerySet[Organisation]:
        built.append(zone)
        return Organisation.objects.filter(zone=zone, fiscal_year_start__lte=by)

    assert begins.rows(zone="Asia/Tokyo", by=4) == []
    Organisation(name="縁 '%s' 協会", fiscal_year_start=4).save()

    [found] = begins.rows(zone="Asia/Tokyo", by=4)
    assert (found.name, found.fiscal_year_start) == ("縁 '%s' 協会", 4)
    assert begins.count(zone="Asia/Tokyo", by=4) == 1
    assert begins.count(zone="Asia/Tokyo", by=3) == 0
    assert begins.count(zone="' OR ''='", by=4) == 0
    assert len(built) == 1


def test_found_rows_can_be_saved():
    @asked
    def there() -> QuerySet[Organisation]:
        return Organisation.objects.all()

    Organisation(name="before").save()
    [found] = there.rows()
    found.name = "after"
    found.save(update_fields=["name"])

    assert there.rows()[0].name == "after"


def test_a_value_may_say_whether_a_part_is_asked():
    Organisation(name="a").save()

    @asked
    def wanted(named: Any, name: Any) -> QuerySet[Organisation]:
        asks = ExpressionWrapper(named, output_field=BooleanField())
        return Organisation.objects.filter(~Q(asks) | Q(name=name))

    assert wanted.count(named=False, name="b") == 1
    assert wanted.count(named=True, name="b") == 0
    assert wanted.count(named=True, name="a") == 1


def test_a_value_that_is_not_told_is_refused():
    @asked
    def named(name: Any) -> QuerySet[Organisation]:
        return Organisation.objects.filter(name=name)

    with pytest.raises(KeyError):
        named.count()
