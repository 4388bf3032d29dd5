"""What staff may be allowed to do with the organisation's own databases."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("records", _("Databases"), actions=("view", "edit", "delete", "export", "configure"))
