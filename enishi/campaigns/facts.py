"""What happens to campaigns."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CampaignCreated(Fact):
    """A campaign was begun, as a draft."""

    history = _("%(by)s created the campaign “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class CampaignChanged(Fact):
    """A draft was changed."""

    history = _("%(by)s changed the campaign “%(about)s”: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class CampaignDeleted(Fact):
    """A draft was deleted."""

    history = _("%(by)s deleted the campaign “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Fact):
    """A second person was asked to look at a campaign."""

    history = _("%(by)s asked for approval of the campaign “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class ApprovalDecided(Fact):
    """A second person said yes or no."""

    history = _("%(by)s decided on the campaign “%(about)s”: %(note)s")

    approved: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CampaignScheduled(Fact):
    """A campaign will be sent at a time."""

    history = _("%(by)s scheduled the campaign “%(about)s” for %(at)s")

    at: str


@dataclass(frozen=True, kw_only=True)
class CampaignRescheduled(Fact):
    """A scheduled campaign will be sent at another time."""

    history = _("%(by)s moved the campaign “%(about)s” from %(before)s to %(at)s")

    before: str
    at: str


@dataclass(frozen=True, kw_only=True)
class CampaignUnscheduled(Fact):
    """A scheduled campaign became a draft again."""

    history = _("%(by)s took back the schedule of the campaign “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class CampaignMissed(Fact):
    """A scheduled campaign was not started, because it would have been too late."""

    history = _("The campaign “%(about)s” was not started: it was more than %(hours)s hours late")

    hours: int


@dataclass(frozen=True, kw_only=True)
class CampaignUnsendable(Fact):
    """When its time came, something that the campaign needs was gone: it is a draft again."""

    history = _("The campaign “%(about)s” could not be sent: %(reason)s")

    reason: str


@dataclass(frozen=True, kw_only=True)
class SendingStarted(Fact):
    """The audience was frozen and the sending began."""

    history = _("The sending of “%(about)s” began: %(recipients)s recipients, %(dropped)s left out")

    recipients: int
    dropped: int


@dataclass(frozen=True, kw_only=True)
class SendingPaused(Fact):
    """The sending stopped for now. ``why``: hand, bounces, complaints or broken."""

    history = _("The sending of “%(about)s” was paused (%(why)s)")

    why: str


@dataclass(frozen=True, kw_only=True)
class SendingResumed(Fact):
    """The sending goes on."""

    history = _("%(by)s let the sending of “%(about)s” go on")


@dataclass(frozen=True, kw_only=True)
class SendingCancelled(Fact):
    """Who had not got the mail yet will not get it."""

    history = _("%(by)s cancelled the sending of “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class SendingEnded(Fact):
    """Nobody waits any more. ``uncertain`` mails may have arrived or not."""

    history = _(
        "The sending of “%(about)s” ended: %(accepted)s sent, %(failed)s failed,"
        " %(uncertain)s uncertain"
    )

    accepted: int
    failed: int
    uncertain: int


@dataclass(frozen=True, kw_only=True)
class UncertainDecided(Fact):
    """Somebody decided whether uncertain mails are sent once more."""

    history = _("%(by)s decided on %(count)s uncertain mails of “%(about)s”: %(decision)s")

    decision: str
    count: int


@dataclass(frozen=True, kw_only=True)
class WinnerChosen(Fact):
    """The variant that the rest of the audience gets."""

    history = _("Variant %(letter)s of “%(about)s” was chosen for the rest")

    letter: str


@dataclass(frozen=True, kw_only=True)
class PictureAdded(Fact):
    """A picture for mails was put in."""

    history = _("%(by)s put in the picture “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class NoticePublished(Fact):
    """A notice was put up for members."""

    history = _("%(by)s put up the notice “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class NoticeChanged(Fact):
    """A notice was changed. A new ``edition``: everybody is asked to read it anew."""

    history = _("%(by)s changed the notice “%(about)s”: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class NoticeEnded(Fact):
    """A notice is shown no more."""

    history = _("%(by)s ended the notice “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class NoticePushed(Fact):
    """Browsers are told of a notice: those of ``members`` who had asked for it."""

    history = _("Browsers of %(members)s members are told of the notice “%(about)s”")

    members: int


@dataclass(frozen=True, kw_only=True)
class NoticeDeleted(Fact):
    """A notice that nobody had read was taken away."""

    history = _("%(by)s deleted the notice “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class SendingLimitsChanged(Fact):
    """How fast mail may leave, or with what campaigns begin, was changed."""

    history = _("%(by)s changed the sending limits: %(fields)s")

    changes: dict[str, tuple[Any, Any]]
