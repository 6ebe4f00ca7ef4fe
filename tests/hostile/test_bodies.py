"""Bodies that no door may take: each kind of bad is a function that spoils a good body of a door."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fixtures.platform import PROGRAMS, Platform
from hostile.doors import FORM, JSON, Door, doors
from hostile.judge import judge, none
from hostile.samples import put

Spoiled = tuple[bytes, set[int] | None, str | None]
"""A body, the statuses that may be answered, and the pointer that a 422 must hold."""

UNREADABLE, INVALID = {400}, {422}
EITHER = UNREADABLE | INVALID


VALUES: dict[str, Any] = {
    "null": None, "boolean": True, "integer": 7, "number": 1.5, "string": "x y", "array": [[]], "object": {"x": {}},
}  # fmt: skip


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def not_json(door: Door) -> Iterator[Spoiled]:
    for raw in (b"{", b"nope", b"[1,", b"\xff\xfe{\x00}\x00", b"{'a': 1}", b'{"a": 1} {"b": 2}', b'{"a": \xff}', b"\0"):
        yield raw, UNREADABLE, None


def nothing(door: Door) -> Iterator[Spoiled]:
    yield b"", EITHER, "/body"


def no_object(door: Door) -> Iterator[Spoiled]:
    values: list[Any] = [[], "text", 1, 1.5, True, None, [{}]]
    for value in values:
        yield text(value), EITHER, "/body"


def wrong_types(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    for name, schema in door.schema.get("properties", {}).items():
        allowed = door.samples.types(schema)
        for kind, value in VALUES.items():
            if kind not in allowed:
                yield text(good | {name: value}), EITHER, f"/body/{name}"


def missing_members(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    for name in door.schema.get("required", []):
        yield text({other: value for other, value in good.items() if other != name}), EITHER, f"/body/{name}"


def unknown_members(door: Door) -> Iterator[Spoiled]:
    if door.path == "/graphql":  # the draft of GraphQL over HTTP wants other members let be
        return
    yield text(door.body() | {"somebody_else": 1}), INVALID, "/body/?"
    for path in door.samples.strings(door.schema):
        if len(path) > 1:
            parent = path[:-1]
            inner = door.body()
            for part in parent:
                inner = inner[part]
            if isinstance(inner, dict):
                spoiled = put(door.body(), parent, inner | {"somebody_else": 1})
                yield text(spoiled), INVALID, "/".join(("/body", *map(str, parent), "?"))


def repeated_members(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    whole = text(good)[1:-1] or b'"x": 1'
    yield b"{" + whole + b", " + whole + b"}", EITHER, None
    yield b'{"x": {"y": 1, "y": 2}, ' + whole + b"}", EITHER, None
    yield b'{"x": ":", "x": "\\u003a", ' + whole + b"}", EITHER, None


def too_large(door: Door) -> Iterator[Spoiled]:
    limit = door.platform[door.program].runtime.settings.body_limit
    yield b'{"x": "' + b"x" * limit + b'"}', {413}, None
    yield b" " * limit + text(door.body()), {413}, None


def too_deep(door: Door) -> Iterator[Spoiled]:
    for depth in (2_000, 40_000):
        yield b"[" * depth + b"]" * depth, EITHER, None
        yield b'{"a":' * (depth // 3) + b"1" + b"}" * (depth // 3), EITHER, None
        for name in list(door.schema.get("properties", {}))[:1]:
            deep = f'"{name}": '.encode() + b"[" * depth + b"]" * depth
            yield b"{" + deep + b"}", EITHER, None


def zero_bytes_and_lone_surrogates(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    for path in door.samples.strings(door.schema):
        pointer = "/".join(("/body", *map(str, path)))
        for bad in ("\0", "a\0b", "\ud800", "a\udfffb", "\udc00\ud800"):
            yield text(put(good, path, bad)), EITHER, pointer
    yield text(good | {"x\0": 1}), EITHER, None
    yield text(good | {"\ud800": 1}), EITHER, None


def numbers_beyond_measure(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    numbers = [
        name for name, schema in door.schema.get("properties", {}).items() if "integer" in door.samples.types(schema)
    ]
    for name in numbers or list(good)[:1]:
        for number in NUMBERS:
            whole = text(good | {name: "PLACE"}).replace(b'"PLACE"', number.encode())
            yield whole, EITHER if name in numbers else None, None


def days_that_are_none(door: Door) -> Iterator[Spoiled]:
    good = door.body()
    for path in door.samples.strings(door.schema):
        schema = door.schema
        for part in path:
            schema = door.samples.resolve(schema)
            schema = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
            schema = door.samples.resolve(schema)
            schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
        schema = door.samples.resolve(schema)
        schema = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
        if schema.get("format") != "date":
            continue
        pointer = "/".join(("/body", *map(str, path)))
        for bad in ("2017-02-30", "0000-01-01", "2017-1-1", "20170331", "2017-W13-5", "2017-03-31T00:00:00", "soon", "",
                    "2017-03-３１", "١٢٣٤-٠١-٠١", "-001-01-01"):  # fmt: skip
            yield text(put(good, path, bad)), INVALID, pointer
        for edge in ("0001-01-01", "9999-12-31", "1899-12-31"):
            yield text(put(good, path, edge)), None, None


NUMBERS = (
    "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 40, "-" + "9" * 40, "9" * 5000, str(2**63),
    str(-(2**63) - 1), str(2**64), "0x10", "01", "1.00001",
)  # fmt: skip
KINDS: list[Callable[[Door], Iterator[Spoiled]]] = [
    not_json, nothing, no_object, wrong_types, missing_members, unknown_members, repeated_members, too_large, too_deep,
    zero_bytes_and_lone_surrogates, numbers_beyond_measure, days_that_are_none,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_bad_body_is_a_problem_at_every_door(
    platform: Platform, program: str, kind: Callable[[Door], Iterator[Spoiled]]
) -> None:
    wrong: list[str] = []
    tried = 0
    for door in doors(platform, program):
        if not door.is_json:
            continue
        headers = door.headers() | {"Content-Type": JSON}
        for body, statuses, pointer in door.some(kind(door)):
            url, tried = door.url(), tried + 1
            fresh = headers | {"Idempotency-Key": f"{kind.__name__}-{tried}"}
            answer = platform[program].client.request(
                door.method, url, params=door.query(), content=body, headers=fresh
            )
            large = len(body) > platform[program].runtime.settings.body_limit
            wrong += judge(answer, door, kind.__name__.replace("_", " "), {413} if large else statuses, pointer)
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_body_of_another_type_is_refused_at_every_door(platform: Platform, program: str) -> None:
    wrong = []
    types = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/octet-stream",
             "application/jsonp", "json", "application/json/x", "\xe9", "text/csv")  # fmt: skip
    for door in doors(platform, program):
        if not door.content:
            continue
        body = text(door.body()) if door.is_json else b"a=b"
        others = [*types, FORM] if door.is_json else [*types[:-1], JSON]
        for other in others:
            headers = [(name.encode(), value.encode()) for name, value in door.headers().items()]
            headers.append((b"Content-Type", other.encode("latin-1")))
            answer = platform[program].client.request(
                door.method, door.url(), params=door.query(), content=body, headers=headers
            )
            wrong += judge(answer, door, "wrong content type", {400, 415} if FORM in door.content else {415})
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_body_that_is_encoded_is_refused_at_every_door_before_it_is_read(platform: Platform, program: str) -> None:
    """Read as it stands it is another one, and read as it is said to be it may be a thousand times as large."""
    wrong = []
    for door in doors(platform, program):
        body, media_type = door.content_of()
        for said in door.some(ENCODINGS, of=3):
            headers = [*door.headers("no token").items(), *(("Content-Encoding", one) for one in said)]
            headers += [("Content-Type", media_type)] if media_type else []
            for sent in (body or b"x", gzip.compress(body), iter([b" " * 99])):
                answer = platform[program].client.request(
                    door.method, door.url(), params=door.query(), content=sent, headers=headers
                )
                wrong += judge(answer, door, "encoded body", {415})
                if "Content-Encoding" in answer.headers or answer.headers.get("Accept-Encoding") != "identity":
                    wrong.append(f"{door.name} does not say what it takes")
    assert none(wrong)


ENCODINGS = (["gzip"], ["br"], ["GZIP, identity"], ["identity", "deflate"], ["x"], ["zebulonia"])


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_body_that_is_said_to_be_encoded_in_no_way_is_taken(platform: Platform, program: str) -> None:
    shut = []
    for door in doors(platform, program):
        for said in ("identity", "Identity, identity", ""):
            headers = door.headers() | {"Content-Type": JSON, "Content-Encoding": said}
            if door.is_json:
                answer = platform[program].client.request(door.method, door.url(), json=door.body(), headers=headers)
                shut += [f"{door.name}: {answer.text}"] if answer.status_code == 415 else []
    assert shut == []
