"""Why an action on the roll is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from enishi.core.refusals import Refusal


class Refused(Refusal):
    """This cannot be done."""


class Invalid(Refused):
    """Some values cannot be kept. Correct them and try again."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class FieldClosed(Refused):
    """You may not change this field."""

    status = 403


class SeesEverything(Refused):
    """This role has every right, so no field is hidden from it."""


class AddressesHidden(Refused):
    """Your roles do not show you postal addresses, so you cannot print labels. Ask an
    administrator."""

    status = 403


def plain(value: Any) -> Any:
    """A value of a member as JSON: dates in ISO form, types and staff by name and e-mail."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return getattr(value, "email", None) or str(value)
    return value


@dataclass(frozen=True)
class Clashing:
    """One field that two people changed: what both began from, and what each of them wrote."""

    base: Any
    theirs: Any
    mine: Any


class Clash(Refused):
    """Somebody else has changed the same fields in the meantime. Choose which values to keep."""

    # ``fields``: key → Clashing; ``version``: what the member is at now.

    def __init__(self, fields: Mapping[str, Clashing], version: int) -> None:
        self.fields = dict(fields)
        self.version = version
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        clash = {
            name: {"base": plain(one.base), "theirs": plain(one.theirs), "mine": plain(one.mine)}
            for name, one in self.fields.items()
        }
        return {"version": self.version, "clash": clash}


class InTheBin(Refused):
    """This member is in the bin. Take the member out of the bin first."""


class NotInTheBin(Refused):
    """This member is not in the bin."""


class AlreadyLeft(Refused):
    """This member has already left."""


class NotAnApplicant(Refused):
    """This is possible for applicants only."""


class AlreadyMember(Refused):
    """This person is a member already."""


class NotAMember(Refused):
    """This is possible for members only."""


class NotActive(Refused):
    """Only an active membership can be suspended."""


class NotSuspended(Refused):
    """This membership is not suspended."""


class NotLeft(Refused):
    """Only somebody who has left can rejoin."""


class SameType(Refused):
    """The member has this type already. Choose another one."""


class RetiredType(Refused):
    """This member type is no longer in use. Choose another one."""


class AlreadyDeceased(Refused):
    """This member has already been marked as deceased."""


class StillToCome(Refused):
    """This day is still to come. Choose today or a day before."""


class TooEarly(Refused):
    """The present status began on %(since)s. Choose that day or a later one."""


class ChangePlanned(Refused):
    """A change is planned for %(on)s. Take that back first."""


class NothingPlanned(Refused):
    """No change is planned for this member."""


class EndsTooEarly(Refused):
    """The suspension must end after it begins. Choose a later day."""


class NameTaken(Refused):
    """There is already one with this name. Choose another name."""

    status = 422


class NameMissing(Refused):
    """Write the name."""

    status = 422


class LastType(Refused):
    """At least one member type must stay in use."""


class NotTheWriter(Refused):
    """Only whoever wrote a private note can see or change it."""


class FileTooLarge(Refused):
    """The file is larger than %(limit)s MB. Choose a smaller one."""

    status = 422


class FileEmpty(Refused):
    """The file is empty. Choose another one."""

    status = 422


class FileUnknown(Refused):
    """Files of this kind cannot be kept. Choose a PDF, an image, an Office document or text."""

    status = 422


class FileNotWhatItSays(Refused):
    """The content of the file does not fit its name. Save it anew in its program and try again."""

    status = 422


class NotAnImage(Refused):
    """This is no picture that can be shown. Choose a PNG, JPEG, GIF or WebP file."""

    status = 422


class KeyTaken(Refused):
    """There is already a field with this key. Choose another key."""

    status = 422

    def __init__(self) -> None:
        super().__init__()
        self.errors = {"key": self.reason}


class OnlyPeople(Refused):
    """Only people can be recorded here. Choose a person, not an organisation."""


class OnlyOrganisations(Refused):
    """People belong to an organisation. Choose a member who is one."""


class WithOneself(Refused):
    """A member cannot be related to itself. Choose somebody else."""


class AlreadyRelated(Refused):
    """This is recorded already. Change the record that is there."""


class HasHousehold(Refused):
    """%(name)s lives in the household “%(household)s” already. End that first, or choose to move
    from there."""


class SeatsTaken(Refused):
    """All %(seats)s seats are taken. Raise the number of seats, or end somebody's place first."""


class TooFewSeats(Refused):
    """%(used)s people have a seat. Free seats first, or write at least %(used)s."""


class NotAMinor(Refused):
    """Guardians are recorded for members under 18. Check the birth date, or confirm that you want
    to record one all the same."""


class TaskIsDone(Refused):
    """This task is done already. Open it again to change it."""


class NobodyToWriteTo(Refused):
    """None of the chosen members has a postal address. Choose others."""

    status = 422


class RuleUnknown(Refused):
    """There is no rule of this kind. Choose another one."""

    status = 422
