"""Writing a campaign: drafts, changes, copies."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.activity.models import Kind
from enishi.campaigns import audience
from enishi.campaigns.body import blocks
from enishi.campaigns.facts import CampaignChanged, CampaignCreated, CampaignDeleted
from enishi.campaigns.models import Campaign, SendingLimits, Variant
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.models import Topic
from enishi.messaging.actions import BadAddress, addresses
from enishi.segments.models import Segment

from .refusals import Changed, Invalid, NotADraft

LONGEST_BODY = 1_000_000
MOST_VARIANTS = 5
MOST_CONVERSIONS = 20
SENDINGS = ("mail.", "sms.", "push.")
FIELDS = (
    *("name", "message_class", "topic", "subject", "preheader", "sender_kind", "sender"),
    *("sender_name", "reply_to", "body", "text_part", "tracked", "utm", "audience"),
    *("shared_address", "spread_minutes", "quiet_from", "quiet_to", "late_hours"),
    "local_time",
    *("test_share", "winner_by", "winner_hours", "conversions", "conversion_days", "archived"),
)


@transaction.atomic
def create(values: Mapping[str, Any], *, by: User | None) -> Campaign:
    """Begin a campaign. ``values``: FIELDS, and ``variants``. Raises Invalid, BadAudience."""
    values = dict(values)
    variants = values.pop("variants", None)
    cleaned = _cleaned(values, by)
    if not cleaned.get("name"):
        cleaned["name"] = (cleaned.get("subject") or _("Without a name"))[:200]
    campaign = Campaign(**{**beginnings(), **cleaned}, by=by)
    _refuse_contradictions(campaign)
    campaign.save()
    _set_variants(campaign, variants)
    announce(CampaignCreated(about=campaign, by=by))
    return campaign


def beginnings() -> dict[str, Any]:
    """What a new campaign has of the settings, unless it says otherwise."""
    limits = SendingLimits.current()
    return {name: getattr(limits, name) for name in ("quiet_from", "quiet_to", "late_hours")}


@transaction.atomic
def change(
    campaign: Campaign, values: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> Campaign:
    """Change a draft. Raises NotADraft, Changed, Invalid, BadAudience."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if not campaign.is_open:
        raise NotADraft
    if version is not None and version != campaign.version:
        raise Changed
    values = dict(values)
    variants = values.pop("variants", None)
    cleaned = _cleaned(values, by)
    changes = {
        name: (_plain(getattr(campaign, name)), _plain(value))
        for name, value in cleaned.items()
        if getattr(campaign, name) != value
    }
    for name in changes:
        setattr(campaign, name, cleaned[name])
    _refuse_contradictions(campaign)
    if variants is not None and _set_variants(campaign, variants):
        changes["variants"] = (None, len(variants))
    if not changes:
        return campaign
    campaign.version += 1
    campaign.updated_at = clock.now()
    campaign.why_paused = ""  # whoever writes in it has seen why it could not be sent
    names = [name for name in changes if name != "variants"]
    campaign.save(update_fields=[*names, "version", "updated_at", "why_paused"])
    announce(CampaignChanged(about=campaign, by=by, changes=changes))
    return campaign


@transaction.atomic
def set_archived(campaign: Campaign, *, archived: bool, by: User | None) -> Campaign:
    """Let anybody read the mail in the public archive, or nobody any more; also after sending."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.archived == archived:
        return campaign
    changes: dict[str, tuple[Any, Any]] = {"archived": (campaign.archived, archived)}
    campaign.archived = archived
    campaign.save(update_fields=["archived"])
    announce(CampaignChanged(about=campaign, by=by, changes=changes))
    return campaign


@transaction.atomic
def delete(campaign: Campaign, *, by: User | None) -> None:
    """Delete a draft. What was sent stays. Raises NotADraft."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if not campaign.is_open:
        raise NotADraft
    announce(CampaignDeleted(about=campaign, by=by))
    campaign.delete()


def as_values(campaign: Campaign) -> dict[str, Any]:
    """A campaign as ``create`` takes it, as JSON."""
    names = ("subject", "sender", "sender_name", "body")
    values = {name: _plain(getattr(campaign, name)) for name in FIELDS}
    variants = [{name: getattr(one, name) for name in names} for one in campaign.variants.all()]
    return {**values, "variants": variants}


@transaction.atomic
def copy(campaign: Campaign, *, by: User | None) -> Campaign:
    """A new draft with the same content."""
    values = {name: getattr(campaign, name) for name in FIELDS if name != "archived"}
    name = _("Copy of %(name)s") % {"name": campaign.name}
    made = Campaign.objects.create(**{**values, "name": name[:200]}, by=by)
    for one in campaign.variants.all():
        Variant.objects.create(
            campaign=made,
            number=one.number,
            subject=one.subject,
            sender=one.sender,
            sender_name=one.sender_name,
            body=one.body,
        )
    announce(CampaignCreated(about=made, by=by))
    return made


def _plain(value: Any) -> Any:
    """For the history: what a value is called."""
    if isinstance(value, Topic):
        return value.key
    return value.isoformat() if isinstance(value, time) else value


def _cleaned(values: Mapping[str, Any], by: User | None) -> dict[str, Any]:
    errors: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name not in FIELDS:
            errors[name] = _("There is no such field.")
            continue
        try:
            kept[name] = _clean(name, value)
        except blocks.BadBlock as error:
            errors[f"body.{error.path}"] = str(error)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    if "audience" in kept:
        audience.read(kept["audience"], by)
    return kept


def _clean(name: str, value: Any) -> Any:
    match name:
        case "body":
            return clean_body(value)
        case "audience":
            return _clean_audience(value)
        case "topic":
            return _topic(value)
        case "sender" | "reply_to":
            return _address(value)
        case "quiet_from" | "quiet_to" | "local_time":
            return _time(value)
        case "conversions":
            return _kinds(value)
        case "tracked" | "archived":
            return bool(value)
        case "message_class" | "sender_kind" | "shared_address" | "winner_by":
            return _choice(name, value)
        case "spread_minutes" | "late_hours" | "test_share" | "winner_hours" | "conversion_days":
            return _number(name, value)
    text = "" if value is None else str(value)
    field: Any = Campaign._meta.get_field(name)
    longest = field.max_length or 200_000
    if len(text) > longest or "\x00" in text:
        raise ValueError(_("At most %(longest)d characters.") % {"longest": longest})
    return text if name == "text_part" else " ".join(text.split())


def _refuse_unknown_segments(body: list[dict[str, Any]]) -> None:
    """Raise BadBlock for a part that would be for nobody, because its segment is not there."""
    named = {number for number in blocks.segments_in(body) if number < 2**63}
    known = set(Segment.objects.filter(pk__in=named).values_list("pk", flat=True))
    for path, block in blocks.walk(body):
        if block["type"] == "members" and block["segment"] not in known:
            sentence = _("There is no segment with the number %(number)s.")
            raise blocks.BadBlock(
                f"{path}.segment", sentence % {"number": str(block["segment"])[:30]}
            )


def clean_body(value: Any) -> dict[str, Any]:
    """One of blocks, mjml, html, text. Raises ValueError, BadBlock."""
    if not isinstance(value, Mapping):
        raise ValueError(_("Send one of: blocks, mjml, html, text."))
    found = [key for key in ("blocks", "mjml", "html", "text") if value.get(key) is not None]
    strange = set(value) - {"blocks", "mjml", "html", "text"}
    # A text beside HTML is its text part: the caller takes it out before.
    if len(found) > 1 or strange:
        raise ValueError(_("Send one of: blocks, mjml, html, text."))
    if not found:
        return {}
    if found[0] == "blocks":
        kept = blocks.checked(value["blocks"])
        _refuse_unknown_segments(kept)
        return {"blocks": kept}
    text = value[found[0]]
    if not isinstance(text, str) or len(text) > LONGEST_BODY or "\x00" in text:
        raise ValueError(_("Write a text of up to 1,000,000 characters."))
    return {found[0]: text}


def _clean_audience(value: Any) -> dict[str, list[Any]]:
    if not isinstance(value, Mapping):
        raise ValueError(_("Send {“include”: […], “exclude”: […]}."))
    strange = set(value) - {"include", "exclude"}
    if strange:
        raise ValueError(_("Send {“include”: […], “exclude”: […]}."))
    kept = {side: value.get(side) or [] for side in ("include", "exclude")}
    return {
        side: [one if isinstance(one, Mapping) else _segment(one) for one in items]
        for side, items in kept.items()
        if isinstance(items, list)
    }


def _segment(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _topic(value: Any) -> Topic | None:
    if value in (None, ""):
        return None
    if isinstance(value, Topic):
        return value
    topics = Topic.objects.all()
    written = str(value).strip()
    found = topics.filter(key=written).first() or topics.filter(name=written).first()
    if found is None and written.isdecimal() and len(written) < 18:
        found = topics.filter(pk=int(written)).first()
    if found is None:
        raise ValueError(_("There is no topic “%(topic)s”.") % {"topic": written[:60]})
    return found


def _address(value: Any) -> str:
    address = "" if value is None else str(value).strip()
    if address:
        try:
            addresses.wire(address)
        except BadAddress as error:
            raise ValueError(_("This is not an e-mail address.")) from error
    return address


def _time(value: Any) -> time | None:
    if value in (None, ""):
        return None
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(_("Write a time such as 21:00.")) from error


def _kinds(value: Any) -> list[str]:
    """Kinds of activity that count as success; never our own sendings."""
    if not isinstance(value, list | tuple) or len(value) > MOST_CONVERSIONS:
        raise ValueError(_("Send a list of up to 20 kinds of activity."))
    offered = {one.key for one in conversion_kinds()}
    wanted = list(dict.fromkeys(str(one) for one in value))
    if strange := [one for one in wanted if one not in offered]:
        raise ValueError(_("There is no kind of activity “%(kind)s”.") % {"kind": strange[0][:60]})
    return wanted


def conversion_kinds() -> list[Kind]:
    """The kinds of activity that a campaign may aim at."""
    return [one for one in Kind.objects.all() if not one.key.startswith(SENDINGS)]


def _choice(name: str, value: Any) -> str:
    field: Any = Campaign._meta.get_field(name)
    choices = dict(field.flatchoices)
    if value not in choices:
        known = ", ".join(str(one) for one in choices)
        raise ValueError(_("Write one of: %(known)s.") % {"known": known})
    return str(value)


_LIMITS = {
    "spread_minutes": (0, 7 * 24 * 60),
    "late_hours": (1, 720),
    "test_share": (0, 100),
    "winner_hours": (0, 240),
    "conversion_days": (1, 365),
}


def _number(name: str, value: Any) -> int:
    least, most = _LIMITS[name]
    try:
        number = int(value if value not in (None, "") else 0)
    except (TypeError, ValueError) as error:
        raise ValueError(_("Write a whole number.")) from error
    if not least <= number <= most:
        reason = _("Write a number from %(least)d to %(most)d.")
        raise ValueError(reason % {"least": least, "most": most})
    return number


def _refuse_contradictions(campaign: Campaign) -> None:
    if (campaign.quiet_from is None) != (campaign.quiet_to is None):
        raise Invalid({"quiet_to": _("Write both ends of the quiet hours, or none.")})


def _set_variants(campaign: Campaign, variants: Any) -> bool:
    """Replace the variants; without a list there is one, which is the campaign itself."""
    if variants is None:
        Variant.objects.get_or_create(campaign=campaign, number=0)
        return False
    if not isinstance(variants, list) or len(variants) > MOST_VARIANTS:
        raise Invalid({"variants": _("Send up to 5 variants.")})
    made = [_variant(campaign, number, one) for number, one in enumerate(variants or [{}])]
    campaign.variants.all().delete()
    Variant.objects.bulk_create(made)
    return True


def _variant(campaign: Campaign, number: int, value: Any) -> Variant:
    if not isinstance(value, Mapping):
        raise Invalid({f"variants[{number}]": _("A variant has subject, sender or body.")})
    try:
        body = value.get("body")
        return Variant(
            campaign=campaign,
            number=number,
            subject=_clean("subject", value.get("subject")),
            sender=_address(value.get("sender")),
            sender_name=_clean("sender_name", value.get("sender_name")),
            body=clean_body(body) or None if body else None,
        )
    except blocks.BadBlock as error:
        raise Invalid({f"variants[{number}].body.{error.path}": str(error)}) from error
    except ValueError as error:
        raise Invalid({f"variants[{number}]": str(error)}) from error
