"""What the roll hangs into the office: menu, karte panels, dashboard cards, search, settings."""

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.accounts.facts import RoleAdded
from enishi.accounts.models import Role, User
from enishi.accounts.permissions import OfficeRequest
from enishi.audit.models import HistoryEntry
from enishi.audit.permissions import hides
from enishi.core import clock, japanese
from enishi.core.facts import reacts_to
from enishi.members import actions
from enishi.members.actions import is_minor
from enishi.members.around import around
from enishi.members.fields import as_seen, hidden_groups, hidden_keys, visible_fields
from enishi.members.models import LEFT_STATUSES, Channel, Guardianship, Member, Note, Status
from enishi.members.views.office import cards, field_rights
from enishi.members.views.office import tasks as tasks_shown
from enishi.members.views.office import timeline as told
from enishi.members.views.office.timeline import CHANNEL_ICONS, timeline_of
from enishi.members.views.office.together import relation_lines, relations_of
from enishi.members.views.office.words import TONES, own_facts
from enishi.messaging.permissions import hides_addresses
from enishi.ui.registry import (
    Figure,
    Hit,
    Warned,
    card,
    key_figure,
    may,
    nav_item,
    panel,
    search_source,
    settings_item,
    timeline_source,
    warning_source,
)

from . import (
    plugs_consents,  # noqa: F401  consents hang in by themselves
    plugs_deeds,  # noqa: F401
    plugs_duplicates,  # noqa: F401
    plugs_messages,  # noqa: F401
)

PANELS = "members/office/panels"
AT_ONCE = 5
HITS = 8
LOOKED_AT = 60  # members whom the words fit; the likeliest of them are offered

nav_item(
    _("Members"),
    "members:list",
    "users",
    "members.view",
    order=20,
    also=(
        "members:imports",
        "members:exports",
        "members:duplicate_pairs",
        "members:merges",
        "members:households",
        "members:labels",
    ),
)

nav_item(
    _("Tasks"), "members:tasks", "checklist", "tasks.view", order=12, count=tasks_shown.waiting
)

_GROUP = _("Members")
settings_item(
    _("Member types"),
    "members:types",
    "id",
    "members.configure",
    order=20,
    group=_GROUP,
    description=_("The kinds of membership and how their numbers look."),
)
settings_item(
    _("Leave reasons"),
    "members:reasons",
    "logout",
    "members.configure",
    order=21,
    group=_GROUP,
    description=_("What can be chosen when a member leaves."),
)
settings_item(
    _("Tags"),
    "members:tags",
    "tags",
    "members.configure",
    order=22,
    group=_GROUP,
    description=_("Short words to find members together."),
)
settings_item(
    _("Own fields"),
    "members:fields",
    "forms",
    "members.configure",
    order=23,
    group=_GROUP,
    description=_("What your organisation keeps beyond the usual fields."),
)
settings_item(
    _("Task rules"),
    "members:task_rules",
    "wand",
    "tasks.configure",
    order=24,
    group=_GROUP,
    description=_("When Enishi makes a task by itself."),
)


panel("role", order=10, right="accounts.view")(field_rights.panel)


@reacts_to(RoleAdded)
def a_copy_sees_what_its_source_sees(fact: RoleAdded) -> None:
    if fact.copied_from and isinstance(fact.about, Role):
        by = fact.by if isinstance(fact.by, User) else None
        actions.copy_field_rights(fact.copied_from, fact.about.key, by=by)


# Karte: "karte.facts" is the narrow column of what the member is, "karte" what happens with them.


def _panel(name: str, request: HttpRequest, member: Member, /, **context: Any) -> str:
    context |= {
        "member": member,
        "may_edit": member.deleted_at is None and may(request, "members.edit"),
    }
    return render_to_string(f"{PANELS}/{name}.html", context, request)


@panel("karte.facts", order=10, right="members.view")
def profile(request: HttpRequest, member: Member) -> str:
    from enishi.ui.written import jdate

    organisation = member.kind == "organisation"
    person = " ".join(filter(None, (member.family_name, member.given_name)))
    kana = " ".join(filter(None, (member.family_name_kana, member.given_name_kana)))
    facts = [
        (_("Organisation name"), member.organisation_name),
        (_("Organisation name (kana)"), member.organisation_name_kana),
        (_("Contact person") if organisation else pgettext_lazy("of a person", "Name"), person),
        (_("Kana"), kana),
        (_("Former name"), member.former_name),
        (_("Gender"), member.get_gender_display() if member.gender else ""),
        (_("Birth date"), jdate(member.birth_date) if member.birth_date else ""),
        (_("Joined"), jdate(member.joined_on) if member.joined_on else ""),
        (_("Left"), jdate(member.left_on) if member.left_on else ""),
        (_("Deceased"), jdate(member.deceased_on) if member.deceased_on else ""),
        (_("How they found us"), member.source),
        (_("Language"), pgettext_lazy("language", "English") if member.language == "en" else ""),
        (_("Remarks"), member.note),
    ]
    return _panel("profile", request, member, facts=[(la, value) for la, value in facts if value])


@panel("karte.facts", order=20, right="members.view")
def contact_details(request: HttpRequest, member: Member) -> str:
    hidden = hidden_groups(request.user)
    seen = around(member) - ({"emails"} if "email" in hidden else set())
    seen -= {"addresses"} if "address" in hidden else set()
    emails = list(member.further_emails.all()) if "emails" in seen else []
    addresses = list(member.further_addresses.all()) if "addresses" in seen else []
    known = (member.email, member.phone, member.mobile, member.postal_code, member.address)
    anything = bool(any(known) or emails or addresses)
    if not anything and hidden & {"email", "phone", "address"}:
        return ""
    shown: dict[str, Any] = {"emails": emails, "addresses": addresses, "hidden": hidden}
    shown["may_add"] = member.deleted_at is None and may(request, "members.edit")
    shown["may_add"] = shown["may_add"] and not {"email", "address"} <= hidden
    return _panel("contact", request, member, anything=anything, **shown)


@panel("karte.facts", order=25, right="members.view")
def relations(request: HttpRequest, member: Member) -> str:
    return _panel("relations", request, member, **relations_of(member, request.user))


@panel("karte.facts", order=30, right="members.view")
def membership(request: HttpRequest, member: Member) -> str:
    today = clock.today()
    lines = [
        {"row": row, "tone": TONES[Status(row.status)], "ahead": row.from_on > today}
        for row in reversed(told.periods_of(member))
    ]
    planned = any(line["ahead"] for line in lines)
    return _panel("membership", request, member, lines=lines, planned=planned)


@panel("karte.facts", order=40, right="members.view")
def own_fields(request: HttpRequest, member: Member) -> str:
    sections = own_facts(request.user, member)
    hidden = any(field.sealed for _section, facts in sections for field, _said in facts)
    context = {"sections": sections, "hidden": hidden}
    return _panel("own_fields", request, member, **context) if sections else ""


@panel("karte", order=10, right="members.view")
def notes(request: HttpRequest, member: Member) -> str:
    seen = Note.objects.filter(Q(private=False) | Q(by=request.user), member=member)
    found = list(seen.select_related("by")[:AT_ONCE]) if "notes" in around(member) else []
    return _panel("notes", request, member, notes=found)


@panel("karte", order=5, right="tasks.view")
def tasks(request: HttpRequest, member: Member) -> str:
    return _panel("tasks", request, member, **tasks_shown.tasks_of(member, request))


@panel("karte", order=20, right="members.view")
def contact_log(request: HttpRequest, member: Member) -> str:
    found = told.newest_contacts(member)
    lines = [{"row": row, "icon": CHANNEL_ICONS[Channel(row.channel)]} for row in found[:AT_ONCE]]
    return _panel("contacts", request, member, lines=lines, more=len(found) > AT_ONCE)


@panel("karte", order=95, right="members.view", tab=_("Files"))
def files(request: HttpRequest, member: Member) -> str:
    found = list(member.files.select_related("by")) if "files" in around(member) else []
    return _panel("files", request, member, files=found)


@panel("karte", order=90, right="members.view")
def timeline(request: OfficeRequest, member: Member) -> str:
    return _panel("timeline", request, member, **timeline_of(request, member))


_KINDS = (
    ("membership", _("Membership"), told.steps),
    ("contacts", pgettext_lazy("timeline", "Contacts"), told.contacts),
    ("notes", _("Notes"), told.notes),
    ("relations", _("Relations"), relation_lines),
    ("tasks", _("Tasks"), tasks_shown.task_lines),
    ("changes", _("Changes"), told.changes),
)
for _order, (_key, _label, _tell) in enumerate(_KINDS):
    timeline_source("karte", _key, _label, order=10 * (_order + 1), right="members.view")(_tell)


@warning_source("karte", order=10, right="members.view")
def without_guardian(request: HttpRequest, member: Member) -> Iterable[Warned]:
    """A minor for whom nobody answers. Contracts of minors need a consent (民法第5条)."""
    member = as_seen(member, request.user)
    if is_minor(member) and not Guardianship.objects.open().filter(ward=member).exists():
        text = gettext("A minor without a guardian on record.")
        yield Warned(text, "wait", "#relations")


@warning_source("karte", order=20, right="members.view")
def unreachable(request: HttpRequest, member: Member) -> Iterable[Warned]:
    """Nobody can write to or call this member."""
    if hidden_groups(request.user) & {"email", "phone", "address"}:
        return
    ways = (member.email, member.phone, member.mobile, member.address)
    if not any(ways) and not member.has_left and member.deceased_on is None:
        yield Warned(gettext("No address, phone or e-mail is known."), "wait")


@key_figure("karte", order=10, right="members.view")
def last_contact(_request: HttpRequest, member: Member) -> Figure | None:
    """When the office last spoke or wrote to the member."""
    from enishi.ui.written import jdate

    newest = told.newest_contacts(member)
    if not newest:
        return None
    last = newest[0]
    return Figure(
        _("Last contact"), jdate(timezone.localdate(last.at)), last.subject[:30], "#contacts"
    )


# Dashboard


card("dashboard", order=1, right="members.view")(cards.what_next)
card("dashboard", order=5, right="tasks.view")(tasks_shown.my_card)
card("dashboard", order=10, right="members.view")(cards.members_by_status)
card("dashboard", order=20, right="members.view")(cards.joins_and_leaves)


# Ctrl-K


@search_source(_("Members"), order=10, right="members.view")
def find_members(request: HttpRequest, words: str) -> Iterable[Hit]:
    found = Member.objects.present().search(words[:200], by=request.user).select_related("type")
    seen = visible_fields(request.user, retired=True)
    shown = [as_seen(one, request.user, seen) for one in found.order_by()[:LOOKED_AT]]
    said = japanese.search_text(words[:200]).replace(" ", "")
    for member in sorted(shown, key=lambda one: _unlikely(one, said))[:HITS]:
        person = f"{member.family_name} {member.given_name}".strip()
        more = person if member.kind == "organisation" else ""
        detail = " · ".join(filter(None, (more or member.kana, member.number, str(member.type))))
        icon = "building" if member.kind == "organisation" else "user"
        yield Hit(member.name, reverse("members:karte", args=[member.pk]), detail, icon)
    if len(shown) > HITS:
        every = f"{reverse('members:list')}?{urlencode({'search': words[:200]})}"
        yield Hit(gettext("All members found"), every, "", "list")


def _unlikely(member: Member, said: str) -> tuple[bool, bool]:
    """Last come those whom ``said`` does not begin to name, and those who have left."""
    names = [member.number, member.organisation_name, member.organisation_name_kana]
    if member.kind != "organisation":  # whose person is only whom one writes to
        names.append(member.family_name + member.given_name)
        names.append(member.family_name_kana + member.given_name_kana)
    named = any(japanese.search_text(name).startswith(said) for name in names)
    return not named, member.status in LEFT_STATUSES


@hides_addresses
def addresses_hidden(user: Any) -> bool:
    """Who may not see e-mail addresses or phones of members does not see them on messages."""
    return bool(hidden_groups(user) & {"email", "phone"})


@hides
def hidden_fields(user: Any, entry: HistoryEntry) -> Collection[str] | None:
    """History tells nobody about fields that they may not see."""
    keys, ids = hidden_keys(user)
    of_hidden = entry.about_type == "members.field" and entry.about_id in ids
    return None if of_hidden or entry.values.get("field") in keys else keys
