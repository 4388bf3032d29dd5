"""The roles that come with Enishi."""

from .models import READY_NAMES, Role
from .permissions import ready_rights


def put_ready_roles() -> None:
    """Make the ready-made roles, or bring their rights to what this version knows."""
    for key, name in READY_NAMES.items():
        Role.objects.update_or_create(
            key=key,
            defaults={
                "name": str(name),
                "built_in": True,
                "everything": key == "administrator",
                "rights": ready_rights(key),
            },
        )
