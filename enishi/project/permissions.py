"""Rights over background work."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("jobs", _("Background work"), actions=("view", "configure"), read_only=())
