"""What insights hang into the office."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import OPEN_OFFICE
from enishi.ui.registry import nav_item

nav_item(_("Dashboard"), "insights:dashboard", "layout-dashboard", OPEN_OFFICE, order=0)
