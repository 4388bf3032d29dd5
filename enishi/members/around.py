"""What there is about a member in other tables: most members have little, so it is asked first."""

from enishi.core.bulk import rows

from .models import Member

_PLACES = {
    "homes": ("members_householdmember", "member_id"),
    "jobs": ("members_affiliation", "person_id"),
    "people": ("members_affiliation", "organisation_id"),
    "guardians": ("members_guardianship", "ward_id"),
    "wards": ("members_guardianship", "guardian_id"),
    "emails": ("members_furtheremail", "member_id"),
    "addresses": ("members_furtheraddress", "member_id"),
    "files": ("members_memberfile", "member_id"),
    "notes": ("members_note", "member_id"),
    "contacts": ("members_contact", "member_id"),
    "tasks": ("members_task", "member_id"),
    "tags": ("members_membertag", "member_id"),
    "merged": ("members_member", "merged_into_id"),
}
_THERE = ", ".join(
    f"EXISTS (SELECT FROM {table} WHERE {column} = %(member)s)"
    for table, column in _PLACES.values()
)


def around(member: Member) -> frozenset[str]:
    """Which kinds of rows the member has or had. Asked once for a page, in a third of what it
    takes to ask one of the tables through a model."""
    known: frozenset[str] | None = member.__dict__.get("_around")
    if known is None:
        [there] = rows(f"SELECT {_THERE}", {"member": member.pk})
        known = frozenset(key for key, is_there in zip(_PLACES, there, strict=True) if is_there)
        member.__dict__["_around"] = known
    return known
