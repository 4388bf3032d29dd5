"""What staff may be allowed to do with segments."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("segments", _("Segments"), actions=("view", "edit"))
