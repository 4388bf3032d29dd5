"""``/api/v1/``: an app with an ``api.py`` that holds ``router`` is part of it."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI, Router, Schema

from enishi.accounts.api import TokenAuth

from .problems import PROBLEM, answer_problems_in
from .reading import SoundParser

_PROBLEMS = (
    ("400", "The address cannot be read"),
    ("401", "No token, or one that does not work"),
    ("403", "The token lacks the scope"),
    ("404", "There is no such thing"),
    ("409", "The rules forbid it now, or two edits clash"),
    ("413", "The body is too large"),
    ("422", "Wrong input"),
    ("429", "Too many requests"),
)


class Api(NinjaAPI):
    """Ninja's API, with scopes and the common problems in its OpenAPI document."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(*args, **kwargs)
        scopes = self.scopes()
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        for item in schema["paths"].values():
            for operation in item.values():
                scope = scopes.get(operation["operationId"], "")
                operation["security"] = [{"TokenAuth": [scope] if scope else []}]
                for status, reason in _PROBLEMS:
                    if status == "413" and "requestBody" not in operation:
                        continue
                    operation["responses"].setdefault(
                        status,
                        {
                            "description": reason,
                            "content": {
                                "application/problem+json": {
                                    "schema": {"$ref": "#/components/schemas/Problem"}
                                }
                            },
                        },
                    )
        return schema

    def scopes(self) -> dict[str, str]:
        """The scope that each operation needs, by operation id."""
        found = {}
        for bound in self._get_bound_routers():
            for view in bound.path_operations.values():
                for operation in view.operations:
                    name = operation.operation_id or self.get_openapi_operation_id(operation)
                    for auth in operation.auth_callbacks:
                        if isinstance(auth, TokenAuth):
                            found[name] = auth.scope
        return found


api = Api(
    title="Enishi",
    version="1.0.0",
    description="Members, imports and everything else that the office can do.",
    docs_url=None,
    auth=TokenAuth(),
    parser=SoundParser(),
    urls_namespace="api-1",
)
answer_problems_in(api)

own = Router(tags=["token"])


class TokenAnswer(Schema):
    """The token that asked."""

    name: str
    scopes: list[str]
    by: str | None
    expires_at: str | None


@own.get("/token", response=TokenAnswer, summary="The token you use")
def token(request: HttpRequest) -> dict[str, Any]:
    """What this token is called and may do. Good for trying out whether a token works."""
    key = request.auth  # type: ignore[attr-defined]
    return {
        "name": key.name,
        "scopes": key.scopes,
        "by": str(key.by) if key.by else None,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }


api.add_router("", own)
for app in settings.ENISHI_APPS:
    if app != "enishi.project" and find_spec(f"{app}.api"):
        router = getattr(import_module(f"{app}.api"), "router", None)
        if router is not None:
            api.add_router("", router)
