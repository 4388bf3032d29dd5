"""Built-in fields whose sight an organisation may narrow, in the groups that it is done by.

Names as written, number, type, status and the days of joining and leaving are what everybody in
the office works with; they cannot be hidden.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GROUPS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "kana": (
        _("Kana of names"),
        ("family_name_kana", "given_name_kana", "organisation_name_kana"),
    ),
    "former_name": (_("Former name"), ("former_name",)),
    "gender": (_("Gender"), ("gender",)),
    "birth": (_("Birth date and age"), ("birth_date",)),
    "email": (_("E-mail addresses"), ("email",)),
    "phone": (_("Phone and mobile"), ("phone", "mobile")),
    "address": (
        pgettext_lazy("group of fields", "Postal addresses"),
        ("postal_code", "prefecture", "city", "address_line", "building", "country"),
    ),
    "source": (_("How they found us"), ("source",)),
    "note": (_("Remarks"), ("note",)),
}
GROUP_OF: dict[str, str] = {key: group for group, (_l, keys) in GROUPS.items() for key in keys}
