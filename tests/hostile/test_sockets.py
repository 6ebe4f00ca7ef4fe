"""What is no request, or half of one: sent byte by byte over a socket, and cut off."""

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from fixtures.platform import PROGRAMS, Platform
from fixtures.spooled import spooled
from fixtures.stack import Running
from hostile.canaries import NINO, found
from hostile.doors import Door, doors
from hostile.judge import TRIED

TARGETS = {"identity": "/v1/agencies", "consent": "/v1/agreements", "families": "/v1/families", "claims": "/v1/batches",
           "gateway": "/graphql"}  # fmt: skip
"""Where each program takes a JSON body."""


def say(url: str, sent: bytes, *, hang_up: bool = False, patience: float = 5, to_the_end: bool = False) -> bytes:
    """Send bytes and hear what comes back until it is whole, or the other side silent. `hang_up`: no more will be sent.

    `to_the_end`: the other side has to hang up, or the line's patience is an error.
    """
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=patience) as line:
        line.sendall(sent)
        if hang_up:
            line.shutdown(socket.SHUT_WR)
        heard = b""
        try:
            while piece := line.recv(65_536):
                heard += piece
                if complete(heard) and not to_the_end:
                    break
        except (TimeoutError, ConnectionResetError):
            if to_the_end:
                raise AssertionError(f"not hung up on: {heard[:400]!r}") from None
        return heard


def complete(heard: bytes) -> bool:
    head, _, body = heard.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0].partition(b":")[2])


def head(platform: Platform, program: str, *lines: bytes, method: bytes = b"POST", target: bytes = b"") -> bytes:
    first = method + b" " + (target or TARGETS[program].encode()) + b" HTTP/1.1"
    token = b"Authorization: Bearer " + platform.signed().encode()
    kept = [first, b"Host: localhost", token, b"Idempotency-Key: socket-0001", b"Content-Type: application/json"]
    return b"\r\n".join([*kept, *lines, b"", b""])


def not_http(platform: Platform, program: str) -> Iterator[bytes]:
    good = head(platform, program, b"Content-Length: 2") + b"{}"
    canary = NINO.encode()
    yield b"hello\r\n\r\n"
    yield b"\0" * 100
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield good.replace(b"HTTP/1.1", b"HTTP/9.9", 1)
    yield good.replace(b"HTTP/1.1", b"HTTP/1.1 x", 1)
    yield good.replace(b"POST", canary, 1)
    yield good.replace(b"POST", b"POST\0", 1)
    yield good.replace(b" /", b" \xc3\xa9/", 1)
    yield good.replace(b" /", b" /\x01" + canary, 1)
    yield good.replace(b"Host: localhost", b"Host: localhost\r\nX-A: a\0b")
    yield good.replace(b"Host: localhost", b"Host: localhost\r\nX A: " + canary)
    yield good.replace(b"Host: localhost", b"Host: localhost\r\n" + canary)
    yield good.replace(b"Host: localhost", b"Host: localhost\r\n: " + canary)
    yield good.replace(b"Host: localhost", b"Host: localhost\nX: y\r" + canary)
    yield good.replace(b"Host: localhost", b"Host: localhost\r\n folded: " + canary)


def smuggled(platform: Platform, program: str) -> Iterator[bytes]:
    """Requests of which two readers would see different ends."""
    second = b"GET /v1/keys HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked = b"5\r\n{}   \r\n0\r\n\r\n"
    yield head(platform, program, b"Content-Length: 6", b"Transfer-Encoding: chunked") + chunked + second
    yield head(platform, program, b"Transfer-Encoding: chunked", b"Content-Length: 0") + chunked
    yield head(platform, program, b"Content-Length: 2", b"Content-Length: 3") + b"{} " + second
    yield head(platform, program, b"Content-Length: 2, 3") + b"{} "
    yield head(platform, program, b"Content-Length: +2") + b"{}"
    yield head(platform, program, b"Content-Length: -1") + b"{}"
    yield head(platform, program, b"Content-Length: 0x2") + b"{}"
    yield head(platform, program, b"Content-Length: " + b"9" * 40) + b"{}"
    yield head(platform, program, b"Content-Length : 2") + b"{}"
    yield head(platform, program, b"Transfer-Encoding: xchunked") + chunked
    yield head(platform, program, b"Transfer-Encoding: chunked, identity") + chunked
    yield head(platform, program, b"Transfer-Encoding: identity, chunked, identity") + chunked
    yield head(platform, program, b"Transfer-Encoding : chunked") + chunked
    yield head(platform, program, b"Transfer-Encoding: chunked", b"Transfer-Encoding: x") + chunked
    for size in (b"x", b"-2", b"2;\0", b"1", b"f" * 20):
        yield head(platform, program, b"Transfer-Encoding: chunked") + size + b"\r\n{}\r\n0\r\n\r\n"


def too_much_head(platform: Platform, program: str) -> Iterator[bytes]:
    canary = NINO.encode()
    yield b"GET /" + canary * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    yield b"GET /v1/keys HTTP/1.1\r\nHost: x\r\nX: " + canary * 20_000 + b"\r\n\r\n"
    yield b"GET /v1/keys HTTP/1.1\r\n" + b"X: y\r\n" * 40_000 + b"\r\n"


def half_sent(platform: Platform, program: str) -> Iterator[bytes]:
    chunks = b"Transfer-Encoding: chunked"
    for promised in (b"Content-Length: 200", b"Content-Length: 900000"):
        for body in (b"", b'{"name": "' + NINO.encode(), b"{}"):
            yield head(platform, program, promised) + body
    for body in (b"", b"5\r\n", b"5\r\n{}", b"2\r\n{}\r\n", b"2\r\n{}\r\n0\r\n", b"fffff\r\n" + NINO.encode()):
        yield head(platform, program, chunks) + body
    yield head(platform, program, b"Content-Length: 20")[:-2]
    yield head(platform, program, b"Expect: 100-continue", b"Content-Length: 20")


KINDS = [not_http, smuggled, too_much_head]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_not_http_as_it_should_be_is_a_problem(platform: Platform, program: str, kind: object) -> None:
    wrong = []
    for sent in kind(platform, program):  # type: ignore[operator]
        TRIED[f"socket: {kind.__name__.replace('_', ' ')}"] += 1  # type: ignore[attr-defined]
        heard = say(platform[program].url, sent)
        wrong += [f"{one}: {sent[:60]!r} … {heard[:200]!r}" for one in faults(heard)]
    assert not wrong, "\n".join(wrong)


def faults(heard: bytes) -> list[str]:
    """What is wrong with the first answer to what was no request."""
    if not heard.startswith(b"HTTP/1.1 4"):
        return ["no refusal"]
    wrong = [] if b"application/problem+json" in heard.lower() else ["no problem"]
    # What stands behind the first request must not be answered as a second one.
    return [*wrong, *(["two answers"] if heard.count(b"HTTP/1.1 ") > 1 else []), *found(heard.decode("latin-1"))]


CHUNKED = b"Host: localhost\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("before", [b"0\r\n", b"2\r\n{}\r\n0\r\n", b"2;", b"2\r\n{}\r\n0;"])
def test_what_stands_around_a_body_is_bounded_as_a_head_is(platform: Platform, program: str, before: bytes) -> None:
    """Fields behind a body, and extensions of its chunks, are lines that nobody had asked how long they are."""
    for first in (b"GET /health/live HTTP/1.1\r\n", b"POST " + TARGETS[program].encode() + b" HTTP/1.1\r\n"):
        TRIED["socket: endless trailers"] += 1
        endless = b"X: yyyy\r\n" if before.endswith(b"\n") else b"x=yyyyy;"
        sent, heard = drip(platform[program].url, first + CHUNKED + b"\r\n" + before, endless * 1_000)
        assert sent < 1 << 20, "nobody hangs up"
        assert heard.count(b"HTTP/1.1 ") == 1, heard
        if first.startswith(b"POST") and b" 401 " not in heard[:20]:
            assert heard.startswith(b"HTTP/1.1 400") and b"application/problem+json" in heard, heard
    assert platform[program].client.get("/health/ready").status_code == 200


def drip(url: str, first: bytes, again: bytes) -> tuple[int, bytes]:
    """Send the one, then the other, until the other side hangs up. How many bytes that were, and what was heard."""
    parts = urlsplit(url)
    heard, sent = b"", 0
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as line:
        line.sendall(first)
        try:
            while sent < 1 << 20:
                line.sendall(again)
                sent += len(again)
                line.settimeout(0.05)
                try:
                    piece = line.recv(65_536)
                    if not piece:
                        break
                    heard += piece
                except TimeoutError:
                    pass
        except (ConnectionResetError, BrokenPipeError):
            pass
    return sent, heard


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_says_who_he_is_behind_the_body_has_not_said_it(platform: Platform, program: str) -> None:
    said = b"Authorization: Bearer " + platform.signed().encode() + b"\r\nPurpose: identify\r\n"
    locked = [door for door in doors(platform, program) if door.locked]
    assert locked
    for door in locked:
        TRIED["socket: a token in a trailer"] += 1
        first = f"{door.method} {door.url()} HTTP/1.1\r\n".encode() + CHUNKED
        sent = first + b"Content-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n" + said + b"\r\n"
        heard = say(platform[program].url, sent)
        assert heard.startswith(b"HTTP/1.1 401"), f"{door.name}: {heard[:200]!r}"


def test_fields_behind_a_body_are_no_headers_and_do_no_harm(platform: Platform) -> None:
    body = json.dumps({"ids": [str(uuid4())]}).encode()
    whole = b"%x\r\n%s\r\n0\r\n" % (len(body), body)
    for trailer in (b"", b"Purpose: claim\r\n", b"X-Request-Id: " + b"0" * 32 + b"\r\n"):
        more = (b"Purpose: identify", b"Transfer-Encoding: chunked")
        sent = head(platform, "families", *more, target=b"/v1/families/lookup") + whole + trailer + b"\r\n"
        heard = say(platform["families"].url, sent)
        assert heard.startswith(b"HTTP/1.1 200") and b"0" * 32 not in heard, (trailer, heard[:300])


@pytest.mark.parametrize("program", PROGRAMS)
def test_half_a_request_changes_nothing_and_breaks_nothing(platform: Platform, program: str) -> None:
    wrong = []
    for sent in half_sent(platform, program):
        TRIED["socket: half sent"] += 1
        heard = say(platform[program].url, sent, hang_up=True, patience=0.3)
        wrong += [f"{one}: {sent[-60:]!r}" for one in found(heard.decode("latin-1"))]
        if heard and not heard.startswith((b"HTTP/1.1 4", b"HTTP/1.1 100")):
            wrong.append(f"{sent[-60:]!r} was answered {heard[:100]!r}")
    assert not wrong, "\n".join(wrong)
    assert platform[program].client.get("/health/ready").status_code == 200


def test_a_push_that_breaks_off_leaves_nothing_behind(platform: Platform) -> None:
    families = platform["families"]
    door = next(door for door in doors(platform, "families") if door.is_file)
    before = pushes(platform)
    for sent in half_pushes(platform, door):
        TRIED["socket: half a push"] += 1
        begun = len(platform.log.getvalue())
        say(families.url, sent, hang_up=True, patience=0.3)
        wait_for_end(platform, begun, door.path)
        assert spooled(families.runtime.settings.var) == []
    assert pushes(platform) == before


def wait_for_end(platform: Platform, begun: int, route: str, seconds: float = 20) -> None:
    """Until a request has ended. Its line is closed sooner, even before its file is there: only the log says."""
    deadline = time.monotonic() + seconds
    while not any(line.get("route") == route for line in map(json.loads, platform.log.getvalue()[begun:].splitlines())):
        assert time.monotonic() < deadline, "The program does not notice that its client has gone"
        time.sleep(0.01)


def make_impatient(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = running.runtime.settings.model_copy(update={"body_patience": 0.2})
    monkeypatch.setattr(running.runtime, "settings", quick)


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_sends_half_and_waits_is_told_and_hung_up_on(
    platform: Platform, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = platform[program]
    make_impatient(running, monkeypatch)
    for line in (b"Content-Length: 200", b"Transfer-Encoding: chunked"):
        TRIED["socket: half sent, then silence"] += 1
        sent = head(platform, program, line) + b'{"name": "' + NINO.encode()
        if b"chunked" in line:
            sent = sent.replace(b"{", b"80\r\n{")
        heard = say(running.url, sent, to_the_end=True)
        assert heard.startswith(b"HTTP/1.1 408") and b"/problems/too-slow" in heard, heard[:300]
        assert not found(heard.decode("latin-1"))
    assert running.client.get("/health/ready").status_code == 200


def test_a_push_that_stays_half_sent_leaves_nothing_behind(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    families = platform["families"]
    make_impatient(families, monkeypatch)
    door = next(door for door in doors(platform, "families") if door.is_file)
    before = pushes(platform)
    for sent in half_pushes(platform, door):
        TRIED["socket: half a push, then silence"] += 1
        heard = say(families.url, sent, to_the_end=True)
        assert heard.startswith(b"HTTP/1.1 408"), heard[:300]
    assert spooled(families.runtime.settings.var) == []
    assert pushes(platform) == before


def half_pushes(platform: Platform, door: Door) -> Iterator[bytes]:
    body, media_type = door.content_of()
    target = f"{door.path}?covers_from=2017-01-01&covers_to=2017-03-31&area=thornbury".encode()
    for line in (b"Content-Length: 400000", b"Transfer-Encoding: chunked"):
        sent = head(platform, "families", line, target=target)
        sent = sent.replace(b"application/json", (media_type or "").encode())
        yield sent
        yield sent + (b"ffff\r\n" if b"chunked" in line else b"") + body


def pushes(platform: Platform) -> object:
    headers = {"Authorization": f"Bearer {platform.signed()}"}
    return platform["families"].client.get("/v1/pushes", headers=headers).json()["items"]
