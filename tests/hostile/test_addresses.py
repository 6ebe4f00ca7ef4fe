"""Paths, query strings, headers and methods that no door may choke on."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from fixtures.platform import PROGRAMS, Platform
from hostile.canaries import ASCII, BORN, CANARIES, NHS
from hostile.doors import Door, doors
from hostile.judge import judge, none

UNCLEAN = ("%00", "a%00b", "%ED%A0%80", "a%ED%BF%BFb", "%FF", "%C0%AF", "%0d%0aSet-Cookie:%20x=1", "%1b[2J", "%7F")
"""Zero bytes, half surrogates, what is not UTF-8, and control characters."""
STRANGE = (
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a" * 5_000, "-", "%20", "'", "%22", "0", "-1", "true", "null", "NaN",
    "999999999999999999999999", "1e309", "2017-W13-5", "0001-01-01", "9999-12-31", "{{7*7}}", "$%7Bjndi:ldap://x%7D",
    "%25s%25n", "%F0%9F%92%A9", "%E2%80%AE", "%EF%BB%BF", "1%20OR%201=1", "00000000000070008000000000000001",
    "urn:uuid:00000000-0000-7000-8000-000000000001", "%7B00000000-0000-7000-8000-000000000001%7D", "%CD%BE",
    "٣", "１", "*", ";", "a;b", "a,b", "%2F", "%5C", *map(quote, CANARIES),
)  # fmt: skip
NO_DAY = ("0", "1483228800", "2017-02-30", "2017-W13-5", "20170331", "2017-03-31T00:00:00Z", "soon", "")
NO_COUNT = ("0", "-1", "1.5", "abc", "9" * 30, "1e2", "", "0x10", "501", "true", "null", "NaN", "+5%00", "٣")


def send(platform: Platform, door: Door, url: str, headers: Any = None) -> httpx.Response:
    body, media_type = door.content_of()
    stated = headers or [(name.encode(), value.encode()) for name, value in door.headers().items()]
    if media_type:
        stated = [*stated, (b"Content-Type", media_type.encode())]
    # Whole, since httpx takes what stands behind two slashes for a host, and asks for `/` of ours.
    whole = f"{platform[door.program].url}{url}"
    return platform[door.program].client.request(door.method, whole, content=body, headers=stated)


def at(door: Door, name: str, value: str) -> str:
    """The door's path, with this value, as it stands, in the place of a parameter."""
    path = door.path.replace(f"{{{name}}}", value)
    for one in door.parameters("path"):
        path = path.replace(f"{{{one['name']}}}", quote(str(door.samples.sample(one["schema"])), safe=""))
    return path


def asked(door: Door, *pairs: str) -> str:
    """The door's address with these parts of a query string, as they stand, behind those that must be there."""
    names = {pair.partition("=")[0] for pair in pairs}
    needed = [f"{name}={quote(value)}" for name, value in door.query().items() if name not in names]
    return f"{door.url()}?{'&'.join([*needed, *pairs])}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_not_plain_text_in_a_path_is_refused(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        for value in door.some(UNCLEAN, of=4):
            for url in [at(door, one["name"], value) for one in door.parameters("path")] or [f"{door.url()}/{value}"]:
                wrong += judge(send(platform, door, url), door, "path: not plain text", {422}, "/path")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_strange_words_in_a_path_find_nothing(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        for one in door.parameters("path"):
            kind = door.samples.resolve(one["schema"])
            for value in door.some(STRANGE, of=4):
                takes_any = "format" not in kind
                statuses = {400, 401, 404, 405, 422} | ({200, 201, 409, 412, 428} if takes_any else set())
                answer = send(platform, door, at(door, one["name"], value))
                wrong += judge(answer, door, "path: strange words", statuses)
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_nowhere_is_not_found_and_not_repeated(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        answer = send(platform, door, f"{door.url()}/")
        wrong += judge(answer, door, "path: a slash too many", {404, 405, 422})
        answer = send(platform, door, f"/{door.url()}")
        wrong += judge(answer, door, "path: a slash before", {404})
    for value in STRANGE:
        answer = send(platform, door, f"/v1/{value}/nowhere")
        wrong += judge(answer, door, "path: nowhere", {404})
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_not_plain_text_in_a_query_is_refused_with_its_place(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        names = ["anything", *(one["name"] for one in door.parameters("query"))]
        for number, value in door.some(enumerate(UNCLEAN), of=4):
            if door.path == "/graphql" and value.startswith("%0d%0a"):
                continue  # documents have lines
            name = names[number % len(names)]
            pointer = f"/query/{name if name != 'anything' else '?'}"
            answer = send(platform, door, asked(door, f"{name}={value}"))
            wrong += judge(answer, door, "query: not plain text", {422}, pointer)
        answer = send(platform, door, asked(door, f"{UNCLEAN[0]}=1"))
        wrong += judge(answer, door, "query: a name that is not plain text", {422}, "/query/?")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_value_that_a_query_cannot_hold_is_refused_with_its_place(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        for name, bad in door.some(unfit(door)):
            answer = send(platform, door, asked(door, f"{name}={bad}"))
            wrong += judge(answer, door, "query: a value that does not fit", {422}, f"/query/{name}")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_parameter_that_stands_twice_is_refused_with_its_place_unless_it_is_a_list(
    platform: Platform, program: str
) -> None:
    """Of two values each reader would pick another one."""
    wrong = []
    for door in doors(platform, program):
        for one in door.parameters("query"):
            name, escaped = one["name"], "".join(f"%{ord(letter):02x}" for letter in one["name"])
            good = quote(str(door.query().get(name, "1")))
            for other in (name, escaped):
                answer = send(platform, door, asked(door, f"{name}={good}", f"{other}={good}"))
                if "array" in door.samples.types(one["schema"]):
                    wrong += [f"{door.name}: {answer.text}" for code in ("parameter_repeated",) if code in answer.text]
                else:
                    wrong += judge(answer, door, "query: said twice", {422}, f"/query/{name}")
        answer = send(platform, door, asked(door, "zebulonia=1", "zebulonia=1", "=", "="))
        wrong += judge(answer, door, "query: said twice", {422}, "/query/?")
    assert none(wrong)


def unfit(door: Door) -> Iterator[tuple[str, str]]:
    for one in door.parameters("query"):
        kinds = [door.samples.resolve(kind) for kind in one["schema"].get("anyOf", [one["schema"]])]
        kind = next(kind for kind in kinds if kind.get("type") != "null")
        if kind.get("format") == "date":
            yield from ((one["name"], bad) for bad in NO_DAY)
        if kind.get("format") == "uuid":
            yield from ((one["name"], bad) for bad in ("0", "x", "", "%7B%7D", "a" * 36))
        if kind.get("type") == "integer":
            yield from ((one["name"], bad) for bad in NO_COUNT if not fits(bad, kind))
        if kind.get("type") == "boolean":
            yield from ((one["name"], bad) for bad in ("maybe", "2", "", "null"))
        if "enum" in kind:
            yield from ((one["name"], bad) for bad in ("maybe", "", "null", quote(CANARIES[0])))
        if "maxLength" in kind:
            yield one["name"], "a" * (kind["maxLength"] + 1)


def fits(word: str, kind: dict[str, Any]) -> bool:
    """Whether a word is a number between the bounds that the contract gives."""
    return word.isascii() and word.isdigit() and kind.get("minimum", 0) <= int(word) <= kind.get("maximum", 0)


@pytest.mark.parametrize("program", PROGRAMS)
def test_strange_words_in_a_query_break_nothing(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        names = [one["name"] for one in door.parameters("query")]
        for number, value in door.some(enumerate(STRANGE if names else ()), of=4):
            name = names[number % len(names)]
            answer = send(platform, door, asked(door, f"{name}={value}"))
            wrong += judge(answer, door, "query: strange words")
            if number % 5 == 0:
                answer = send(platform, door, asked(door, f"{value}=1", *(f"{one}={value}" for one in names * 2)))
                wrong += judge(answer, door, "query: strange words everywhere, said twice")
    assert none(wrong)


PASSED_OVER = (
    "X-Request-Id", "traceparent", "tracestate", "User-Agent", "Referer", "Cookie", "Accept", "X-Forwarded-For",
    "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded", "Host", "Origin", "Accept-Language", "Range",
    "If-None-Match", "Via", "From",
)  # fmt: skip


def headers_that_are_odd(door: Door) -> Iterator[tuple[list[tuple[str, bytes]], set[int] | None]]:
    takes = {one["name"].lower() for one in door.parameters("header")}
    for name in ("Purpose", "Idempotency-Key", "If-Match"):
        refusals = {400, 403, 404, 409, 412, 422, 428} if name.lower() in takes else None
        for word in ("", "a" * 9_000, "\xe9\xff"):
            yield [(name, word.encode("latin-1"))], refusals
        for word in (ASCII[1], "*", 'W/"v1"', '"v1", "v2"', "a b"):
            yield [(name, word.encode())], None
    for word in (*ASCII, f"{BORN}-{NHS}", f"{NHS}-{NHS}-{NHS}", NHS * 3, "a" * 3_000, "\xe9"):
        yield [(name, word.encode("latin-1")) for name in PASSED_OVER], None
        yield [("Cookie", b"sign_in=" + word.encode("latin-1"))], None
    yield [(name, b"DELETE") for name in ("X-HTTP-Method-Override", "X-Method-Override", "_method")], None
    yield [(name, b"/v1/keys") for name in ("X-Agency", "X-User", "X-Original-URL", "X-Rewrite-URL")], None
    yield [(f"X-{number}", b"x") for number in range(400)], None
    yield [("Accept", b"text/html"), ("Accept-Encoding", b"x")], None
    yield [("Expect", b"something")], None
    websocket = [("Sec-WebSocket-Version", b"13"), ("Sec-WebSocket-Key", b"AAAAAAAAAAAAAAAAAAAAAA==")]
    yield [("Connection", b"Upgrade"), ("Upgrade", b"websocket"), *websocket], None
    yield [("Connection", b"Upgrade, HTTP2-Settings"), ("Upgrade", b"h2c"), ("HTTP2-Settings", b"AAMAAABk")], None


@pytest.mark.parametrize("program", PROGRAMS)
def test_odd_headers_break_nothing_and_are_not_repeated(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        good = door.headers()
        for odd, statuses in door.some(headers_that_are_odd(door), of=6):
            names = {name for name, _ in odd}
            headers = [(name.encode(), value.encode()) for name, value in good.items() if name not in names]
            answer = send(platform, door, asked(door), headers + [(name.encode(), value) for name, value in odd])
            wrong += judge(answer, door, f"header: {odd[0][0] if len(odd) == 1 else 'several'}", statuses)
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_two_tokens_are_none(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        if door.locked:
            one, other = platform.signed(), platform.signed(platform.claims("bo", scope=""))
            for pair in ((one, other), (other, one), (one, "x")):
                stated = [(b"Authorization", f"Bearer {token}".encode()) for token in pair]
                answer = send(platform, door, asked(door), stated)
                wrong += judge(answer, door, "header: two tokens", {401})
    assert none(wrong)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "COPY")


def matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) is not None


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_method_that_a_path_does_not_take_is_refused_with_those_that_it_takes(
    platform: Platform, program: str
) -> None:
    wrong = []
    taken: dict[str, set[str]] = {}
    every = list(doors(platform, program))
    for door in every:
        taken.setdefault(door.path, set()).add(door.method)
    for door in every:
        for method in door.some(METHODS, of=4):
            if method in taken[door.path]:
                continue
            answer = platform[program].client.request(method, door.url(), headers=door.headers())
            # `/v1/people/search` is also where a person of the id `search` would be.
            shared = [one.path for one in every if one.method == method and matches(one.path, door.path)]
            if method != "HEAD" and not shared:
                wrong += judge(answer, door, "method not taken", {405})
            allowed = {part.strip() for part in answer.headers.get("allow", "").split(",")}
            if answer.status_code == 405 and not allowed >= taken[door.path]:
                wrong.append(f"{door.path}: Allow is {sorted(allowed)} and not {sorted(taken[door.path])}")
    assert none(wrong)
