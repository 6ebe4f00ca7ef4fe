"""Every door of the platform, found by asking it: REST routes from openapi.json, GraphQL fields from the schema."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from journey.api import Api, Who
from vocabulary.programs import SERVICES

REFUSALS = (400, 401, 403, 404, 405, 409, 422, 503)
DEPTH = 5


@dataclass(frozen=True)
class Door:
    """A way to ask. Shape: `body` for lookups and searches."""

    program: str
    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None

    def ask(self, api: Api, who: Who | None, purpose: str) -> str:
        answer = api.send(
            who,
            self.method,
            self.program,
            self.path,
            params=dict(self.params),
            json=self.body,
            purpose=purpose,
            allow=REFUSALS,
        )
        return answer.text


def rest_doors(api: Api, ids: dict[str, list[str]], people: list[str], families: list[str]) -> Iterator[Door]:
    """Every GET and every lookup of every program, for each of these ids where it takes one.

    Shape: `ids` gives values for the names of path and query parameters. A parameter that nobody has a value for
    fails loudly, so that a new route is not left out by silence.
    """
    for program in SERVICES:
        document = api.get(None, program, "/openapi.json")
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if method == "get":
                    yield from _gets(program, path, operation, ids)
                elif method == "post" and path.endswith("/lookup"):
                    for asked in (people, families):
                        yield Door(program, "POST", path, body={"ids": asked})


def _gets(program: str, path: str, operation: dict[str, Any], ids: dict[str, list[str]]) -> Iterator[Door]:
    if path.startswith(("/oauth", "/health", "/metrics", "/problems", "/.well-known")):
        return
    names = re.findall(r"{(\w+)}", path)
    unknown = [name for name in names if name not in ids]
    assert not unknown, f"{program} GET {path}: no value for {unknown}; add one, so that the door is walked"
    given = [
        parameter["name"]
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and parameter["name"] in ids
    ]
    if any(parameter["name"] == "limit" for parameter in operation.get("parameters", [])):
        given.append("limit")
    for values in _choices([name for name in [*names, *given] if name != "limit"], ids):
        filled = path
        for name in names:
            filled = filled.replace(f"{{{name}}}", values[name])
        params = tuple((name, values.get(name, "500")) for name in given)
        yield Door(program, "GET", filled, params)


def _choices(names: list[str], ids: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Each name's values in turn; several names vary together, not each with each."""
    if not names:
        yield {}
        return
    for number in range(max(len(ids[name]) for name in names)):
        yield {name: ids[name][number % len(ids[name])] for name in names}


def graphql_queries(schema: dict[str, Any], values: dict[str, list[Any]]) -> Iterator[str]:
    """A query for every field of Query, with everything beneath it to a depth, for each value that it takes."""
    types = {each["name"]: each for each in schema["types"]}
    query = types[schema["queryType"]["name"]]
    for entry in query["fields"]:
        selection = _selection(types, entry["type"], DEPTH)
        needed = [arg["name"] for arg in entry["args"] if required(arg)]
        optional = [arg["name"] for arg in entry["args"] if arg["name"] in ("person",) and arg["name"] not in needed]
        names = [*needed, *optional]
        key = {name: f"{entry['name']}.{name}" for name in names}
        unknown = [key[name] for name in names if key[name] not in values]
        assert not unknown, f"GraphQL {entry['name']}: no value for {unknown}; add one, so that the door is walked"
        count = max((len(values[key[name]]) for name in names), default=1)
        for number in range(count):
            arguments = ", ".join(f'{name}: "{values[key[name]][number % len(values[key[name]])]}"' for name in names)
            yield f"{{ {entry['name']}{f'({arguments})' if arguments else ''}{selection} }}"


def required(argument: dict[str, Any]) -> bool:
    return argument["type"]["kind"] == "NON_NULL" and argument.get("defaultValue") is None


def _selection(types: dict[str, Any], kind: dict[str, Any], depth: int) -> str:
    while kind["kind"] in ("NON_NULL", "LIST"):
        kind = kind["ofType"]
    if kind["kind"] not in ("OBJECT", "INTERFACE", "UNION"):
        return ""
    if depth == 0:
        return " { __typename }"
    parts = []
    for entry in types[kind["name"]]["fields"] or []:
        if any(required(arg) for arg in entry["args"]):
            continue
        below = _selection(types, entry["type"], depth - 1)
        if below.strip() != "{ __typename }":
            parts.append(f"{entry['name']}{below}")
    return f" {{ {' '.join(parts or ['__typename'])} }}"
