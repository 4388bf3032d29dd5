"""What a new office does first."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.accounts.permissions import SignedInRequest
from enishi.core.models import Organisation
from enishi.members.models import Member


@dataclass(frozen=True)
class Step:
    """Something to do before the office works."""

    title: str | Promise
    text: str | Promise
    icon: str
    url: str
    done: bool


def first_steps(request: SignedInRequest) -> list[Step]:
    """Steps that this user may take; none once there are members on the roll."""
    if Member.objects.present().exists():
        return []
    offered = [
        (
            "imports.edit",
            "members:imports",
            Step(
                _("Import your list of members"),
                _("Excel or CSV as it is. You see every change before anything is saved."),
                "file-import",
                "",
                done=False,
            ),
        ),
        (
            "members.edit",
            "members:new",
            Step(
                _("Or enter the first member by hand"),
                _("A name is enough to begin with."),
                "user-plus",
                "",
                done=False,
            ),
        ),
        (
            "organisation.configure",
            "accounts:organisation",
            Step(
                _("Enter your organisation's name"),
                _("It stands on every page and in every mail."),
                "building-community",
                "",
                done=bool(Organisation.current().name),
            ),
        ),
        (
            "accounts.configure",
            "accounts:staff",
            Step(
                _("Invite the people who work here"),
                _("Each gets a sign-in of their own, with a role that fits."),
                "users-plus",
                "",
                done=User.objects.staff().count() > 1,
            ),
        ),
    ]
    steps = []
    for right, name, step in offered:
        if request.user.has_right(right) and (url := _url(name)):
            steps.append(Step(step.title, step.text, step.icon, url, step.done))
    return steps


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
