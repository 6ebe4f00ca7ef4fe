"""Every door of every program, found by walking its routes: a new route is met by all that is bad here by itself."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi.dependencies.models import Dependant

from chassis.app import api_routes
from chassis.auth import signed_in
from fixtures.platform import PROGRAMS, Platform
from fixtures.soak import SEED, SOAK
from hostile.samples import Samples

Thing = TypeVar("Thing")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
OAUTH = {"/oauth/token", "/oauth/introspect", "/oauth/revoke"}
PAGES = {"/oauth/authorize"}
OAUTH_ERRORS = re.compile(r"/oauth/.*|/\.well-known/.*", re.S)
"""Where refusals have OAuth's form and no other."""
GRAPHQL = {"requestBody": {"content": {JSON: {"schema": {
    "type": "object", "required": ["query"],
    "properties": {"query": {"const": "{ me { service } }"}, "variables": {"type": ["object", "null"]}},
}}}}}  # fmt: skip
"""FastAPI cannot know what the gateway reads by itself."""


@dataclass(frozen=True)
class Door:
    """A method on a path.

    Shape: `operation` as in openapi.json; `number` counts the program's `doors`, of which there are so many.
    """

    platform: Platform
    program: str
    method: str
    path: str
    operation: dict[str, Any]
    samples: Samples
    locked: bool
    number: int = 0
    doors: int = 1

    @property
    def name(self) -> str:
        return f"{self.program} {self.method} {self.path}"

    def some(self, things: Iterable[Thing], of: int = 2) -> Iterator[Thing]:
        """Of these things, those that are tried at this door: one of `of`, in a soak all.

        Of three things and three doors with `of=3` the first door meets the first thing, the second one the second:
        together the doors meet everything. The other footing begins elsewhere, so that with `of=2` each thing is met
        at each door on one of the two.
        """
        of = 1 if SOAK else min(of, self.doors)
        begun = self.number + SEED + (self.platform.footing.name == "production")
        for number, thing in enumerate(things):
            if (begun + number) % of == 0:
                yield thing

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = self.operation.get("requestBody", {}).get("content", {})
        return found

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.content[JSON]["schema"]
        return self.samples.resolve(found)

    @property
    def is_json(self) -> bool:
        return JSON in self.content

    @property
    def is_file(self) -> bool:
        return bool(self.content) and not {JSON, FORM} & set(self.content)

    def parameters(self, where: str) -> list[dict[str, Any]]:
        return [one for one in self.operation.get("parameters", []) if one["in"] == where]

    def body(self) -> Any:
        """A body that is as the contract says."""
        return self.samples.sample(self.schema)

    def content_of(self) -> tuple[bytes, str | None]:
        """A body that is as the contract says, and its media type."""
        if self.is_json:
            return json.dumps(self.body()).encode(), JSON
        for media_type, kind in self.content.items():
            return str(kind.get("example", "grant_type=client_credentials&token=x")).encode(), media_type
        return b"", None

    def url(self, **values: str) -> str:
        """The path, with values that are as the contract says unless given; they are quoted here."""
        path = self.path
        for one in self.parameters("path"):
            value = values.get(one["name"], str(self.samples.sample(one["schema"])))
            path = path.replace(f"{{{one['name']}}}", quote(value, safe=""))
        return path

    def query(self) -> dict[str, str]:
        """The query parameters that must be there."""
        needed = [one for one in self.parameters("query") if one.get("required")]
        return {one["name"]: _plain(self.samples.sample(one["schema"])) for one in needed}

    def headers(self, token: str | None = None) -> dict[str, str]:
        """Everything that this door asks for, as somebody who may do everything."""
        stated = {"Authorization": f"Bearer {token or self.platform.signed()}"} if self.locked else {}
        if any(one["name"] == "caller-token" for one in self.parameters("header")):
            # Somebody for whom this door's caller, a program, asks.
            stated["Caller-Token"] = self.platform.signed(self.platform.claims(client_id="elsewhere", scope=""))
        return stated | {"Idempotency-Key": secrets.token_hex(8), "If-Match": '"v1"', "Purpose": "identify"}


def _plain(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)


def doors(platform: Platform, *names: str) -> Iterator[Door]:
    """Every door of these programs, or of all."""
    for name in names or PROGRAMS:
        app = platform[name].app
        document = app.openapi()
        samples = Samples(document)
        found = [(route, method) for route in api_routes(app) for method in sorted(route.methods or ())]
        for number, (route, method) in enumerate(found):
            operation = document["paths"][route.path_format][method.lower()]
            if (route.path, method) == ("/graphql", "POST"):
                operation = operation | GRAPHQL
            locked = signed_in in _calls(route.dependant)
            yield Door(platform, name, method, route.path_format, operation, samples, locked, number, len(found))


def _calls(dependant: Dependant) -> set[Any]:
    return {dependant.call}.union(*(_calls(inner) for inner in dependant.dependencies))
