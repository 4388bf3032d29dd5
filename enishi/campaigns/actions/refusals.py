"""Why an action on campaigns is refused."""

from collections.abc import Mapping

from enishi.core.refusals import Refusal


class Invalid(Refusal):
    """Some values cannot be kept. Correct them and try again."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class CannotBeWrittenTo(Refusal):
    """Nothing was sent. %(reason)s"""


class NotADraft(Refusal):
    """This campaign is scheduled or was sent already: it cannot be changed. Copy it instead."""


class Changed(Refusal):
    """Somebody else has changed this campaign meanwhile. Load it again."""


class NotReady(Refusal):
    """This campaign is not ready to be sent. Complete what is named."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class AlreadyStarted(Refusal):
    """This campaign was started already. It is never sent twice."""


class OtherOrder(Refusal):
    """This Idempotency-Key came with another order before. Use a new key for a new order."""

    status = 422


class InThePast(Refusal):
    """This time is over. Choose one to come, or send now."""

    status = 422


class TooFarAhead(Refusal):
    """This time is more than a lifetime ahead. Look at the year."""

    status = 422


class NotSending(Refusal):
    """This campaign is not being sent."""


class NotScheduled(Refusal):
    """Nothing of this campaign is scheduled or being sent."""


class NoLongerScheduled(Refusal):
    """This campaign is not scheduled any more: only a scheduled one can be moved."""


class MovedMeanwhile(Refusal):
    """Somebody else has moved this campaign meanwhile. Look where it is now, and move it again."""


class NeedsApproval(Refusal):
    """A second person must approve this campaign before it is sent. Ask for approval."""


class NotYours(Refusal):
    """Somebody else than who asked must decide."""


class NothingAsked(Refusal):
    """Nobody has asked for the approval of this campaign as it is now."""


class NothingUncertain(Refusal):
    """There are no uncertain mails among those."""


class NoTest(Refusal):
    """There is no test whose winner could be chosen."""


class NotAPicture(Refusal):
    """This is no picture that mail programs show. Choose a JPEG, PNG or GIF; save a photo of an
    iPhone (HEIC) or a drawing (SVG, PDF) as JPEG or PNG first."""

    status = 422


class PictureTooLarge(Refusal):
    """This picture is too large. Choose one of at most 15 MB and 50 million pixels."""

    status = 422


class AlreadyRead(Refusal):
    """Members have read this notice: it can be ended, but not deleted."""


class NotStaff(Refusal):
    """Test mails go only to people who work in the office: %(address)s is none of them."""

    status = 422
