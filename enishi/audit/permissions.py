"""Who may read history."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

HISTORY = area("history", _("History"), actions=("view",), read_only=())
