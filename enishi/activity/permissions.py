"""What staff may be allowed to do with the stream."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("activity", _("Activity"), actions=("view", "edit", "configure"))
