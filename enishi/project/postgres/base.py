"""Django's PostgreSQL backend, which starts the embedded server when it first connects."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from .server import server


class DatabaseWrapper(base.DatabaseWrapper):
    """``settings_dict["EMBEDDED"]`` is the data folder; without it any PostgreSQL will do."""

    def get_connection_params(self) -> dict[str, Any]:
        folder = self.settings_dict.get("EMBEDDED")
        if folder:
            held = server(Path(folder), throwaway=bool(self.settings_dict.get("THROWAWAY")))
            address = held.use()
            self.settings_dict.update(
                HOST=address.host,
                PORT=str(address.port),
                USER=address.user,
                PASSWORD=address.password,
            )
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters
