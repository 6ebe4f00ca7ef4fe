"""What openapi.json says beyond what FastAPI can know: who may come in, and how it sounds when somebody may not."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from chassis.auth import GROUND, signed_in
from chassis.etag import TAGS
from chassis.idempotency import WHERE_KEYED
from chassis.problems import PROBLEM_JSON, Fault
from chassis.request_checks import KnownNames

Document = dict[str, Any]
REQUEST_PARTS = frozenset({"body", "query", "path", "header", "cookie"})
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` is the address of a page that says what it means and how to mend it.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "advice": {"type": "string", "description": "Whom to turn to where somebody may be in danger"},
    },
}
MEANS = {
    "400": "Not readable, or something is lacking that every request of this kind needs",
    "401": "Not signed in",
    "403": "Not allowed",
    "404": "Nothing here that you may see",
    "408": "The rest of the body did not come",
    "409": "Does not fit the present state",
    "412": "Changed meanwhile",
    "413": "Too large",
    "415": "Of another type than this route takes, or encoded",
    "422": "Not as the contract says",
    "428": "`If-Match` is needed",
    "503": "Not available at the moment",
    "default": "Any other problem",
}


def describe(app: FastAPI, routes: list[APIRoute], issuer: str, address: str) -> Document:
    """The application's openapi.json. `issuer` gives tokens; the program is found at `address`."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description or None,
        routes=app.routes,
        servers=[{"url": address}],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    schemas["Fault"] = Fault.model_json_schema()
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "client": {
            "type": "oauth2",
            "description": "How a client comes by its token",
            "flows": {"clientCredentials": {"tokenUrl": f"{issuer}/oauth/token", "scopes": {}}},
        },
    }
    for route in routes:
        for method in route.methods or ():
            _complete(document["paths"][route.path_format][method.lower()], route)
    return document


def _complete(operation: Document, route: APIRoute) -> None:
    calls = list(_calls(route.dependant))
    locked = signed_in in calls
    if locked:
        operation["security"] = [{"token": sorted(scope for call in calls if (scope := getattr(call, "scope", None)))}]
    parameters = [one for one in operation.get("parameters", []) if one["name"] != "authorization"]
    for one in parameters:
        _say_what_headers_hold(one)
    if parameters:
        operation["parameters"] = parameters
    else:
        operation.pop("parameters", None)
    answers = operation["responses"]
    if answers.get("422", {}).get("description") == "Validation Error":  # FastAPI's own form, which we never use
        del answers["422"]
    for status in _refusals(operation, route, locked):
        answers.setdefault(
            status,
            {
                "description": MEANS[status],
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )


def _say_what_headers_hold(parameter: Document) -> None:
    if parameter["name"] == "idempotency-key":
        needed = parameter.get("description") != WHERE_KEYED
        parameter |= {"required": needed, "schema": {"type": "string", "pattern": "^[!-~]{8,200}$"}}
        if needed:
            parameter["description"] = "A fresh random word; the same one when the request is repeated"
    elif parameter["name"] == "if-match":
        parameter["schema"] = {"type": "string", "pattern": TAGS}
        parameter["description"] = "The `ETag` of the version that is to be changed"
    elif parameter["name"] == "caller-token":
        parameter["schema"] = {"type": "string", "pattern": r"^[A-Za-z0-9._-]{1,8000}$"}
        parameter["description"] = "The access token of the person or client for whom a program asks, beside its own"
    elif parameter["name"] == "purpose":
        parameter["schema"] = {"type": "string", "pattern": "^[a-z][a-z_]{0,39}$"}
        parameter["description"] = "For what you ask; needed where your role has several purposes"
    elif parameter["name"] == "ground":
        parameter["schema"] = {"type": "string", "pattern": f"^{GROUND}$"}
        parameter["description"] = "On what you ask, when it is not your everyday role: `enquiry`, and its id"


def _refusals(operation: Document, route: APIRoute, locked: bool) -> Iterator[str]:
    names = {one["name"] for one in operation.get("parameters", [])}
    body = "requestBody" in operation
    changes = "GET" not in (route.methods or ())
    yield from ("422", "503", "default")
    if locked:
        yield from ("401", "403")
    if route.param_convertors or (changes and body):
        yield "404"
    if body or {"idempotency-key", "after", "purpose"} & names:
        yield "400"
    if changes:
        yield "409"
    if body:
        yield from ("408", "413", "415")
    if "if-match" in names:
        yield from ("412", "428")


def list_known_names(document: Document, operation: Document) -> KnownNames:
    """What may be named of a request to an operation: its parameters, and members that this document has anywhere,
    since one of ours in the wrong place is found the sooner by its name."""
    parameters = operation.get("parameters", [])
    lists = {one["name"] for one in parameters if one["in"] == "query" and _is_list(one["schema"])}
    bodies = [kind["schema"] for kind in operation.get("requestBody", {}).get("content", {}).values()]
    members = _members([*document.get("components", {}).get("schemas", {}).values(), *bodies])
    return KnownNames(REQUEST_PARTS | {one["name"] for one in parameters} | members, frozenset(lists))


def _is_list(schema: Document) -> bool:
    return any(kind.get("type") == "array" for kind in schema.get("anyOf", [schema]))


def _members(schemas: list[Any]) -> set[str]:
    """The names of all members in these schemas; those that they refer to must be among them."""
    names, left = set[str](), list(schemas)
    while left:
        schema = left.pop()
        if isinstance(schema, list):
            left += schema
        if not isinstance(schema, dict):
            continue
        names |= set(schema.get("properties", {}))
        # What stands under a member's name is a schema too, whatever the name.
        left += schema.get("properties", {}).values()
        left += [
            schema[name] for name in ("items", "anyOf", "oneOf", "allOf", "additionalProperties") if name in schema
        ]
    return names


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
