"""Why an action on a segment is refused."""

from collections.abc import Mapping

from enishi.core.refusals import Refusal


class Refused(Refusal):
    """This cannot be done."""


class Invalid(Refused):
    """Some values cannot be kept. Correct them and try again."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class NotStored(Refused):
    """The members of this segment are not kept; it is asked anew each time."""


class InUse(Refused):
    """This segment is in use: %(uses)s. Take it out there first."""


class NotForYou(Refused):
    """This segment asks about fields that you may not see."""

    status = 403


class UnknownAction(Refused):
    """There is no such action, or you may not do it."""

    status = 404


class NobodyThere(Refused):
    """Nobody is in this segment, so there is nothing to do."""
