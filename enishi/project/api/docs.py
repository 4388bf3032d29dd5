"""The page that explains the API, drawn from its OpenAPI document on the server."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import public

from .problems import nothing_here
from .root import api

METHODS = ("get", "post", "put", "patch", "delete")


@public
@require_safe
def root(_request: HttpRequest) -> HttpResponse:
    return redirect("api_docs")


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "project/api_docs.html", {"groups": described(), "api": api})


@public
@csrf_exempt
def nothing(_request: HttpRequest) -> HttpResponse:
    return nothing_here()


@cache
def described() -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by tag: method, path, words, scope, parameters, body and answer fields."""
    schema = api.get_openapi_schema(path_prefix="/api/v1")
    parts = schema["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(_operation(method, path, operation, parts))
    return list(groups.items())


def _operation(
    method: str, path: str, operation: dict[str, Any], parts: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    none: tuple[str, dict[str, Any]] = ("", {})
    media, content = next(iter(body.items()), none)
    status, answer = next(
        ((s, a) for s, a in operation["responses"].items() if str(s).startswith("2")), none
    )
    answered: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "scope": next(iter(operation["security"][0]["TokenAuth"]), ""),
        "parameters": [
            {
                "name": parameter["name"],
                "type": _type(parameter.get("schema", {}), parts),
                "required": parameter.get("required", False),
                "description": parameter.get("description")
                or parameter.get("schema", {}).get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "media": media,
        "body": _fields(content.get("schema", {}), parts),
        "status": status,
        "answer": _fields(answered.get("schema", {}), parts),
    }


def _fields(schema: dict[str, Any], parts: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolved(schema, parts)
    if schema.get("type") == "array":
        schema = _resolved(schema.get("items", {}), parts)
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "type": _type(field, parts),
            "required": name in needed,
            "description": field.get("description", ""),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(parts.get(schema["$ref"].rsplit("/", 1)[-1], {}))
    if len(schema.get("allOf", [])) == 1:
        return _resolved(schema["allOf"][0], parts)
    return schema


def _type(schema: dict[str, Any], parts: dict[str, Any]) -> str:
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(choice, parts) for choice in choices))
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        target = parts.get(name, {})
        return _type(target, parts) if "enum" in target else name
    if "enum" in schema:
        return " | ".join(f"“{value}”" for value in schema["enum"])
    if "const" in schema:
        return f"“{schema['const']}”"
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"[{_type(schema.get('items', {}), parts)}]"
    return str(schema.get("format", kind)) if kind == "string" else kind
