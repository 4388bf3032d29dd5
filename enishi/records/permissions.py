"""What staff may be allowed to do with the organisation's own databases."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

_ALL = ("view", "edit", "delete", "export", "configure")
# The office makes its own databases; whatever is deleted with them can be taken back.
AREA = area("records", _("Databases"), actions=_ALL, office=_ALL)
