"""A program that answers without an end, or a byte at a time, fills nobody's memory and holds nobody for long."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from chassis.http import ServiceClient, TokenSource
from chassis.keys import JwksOverHttp
from chassis.problems import Unavailable
from chassis.revocations_over_http import RevocationsOverHttp
from chassis.time_budget import TimeBudget
from fixtures.stack import serve

LIMIT = 100_000


class Endless:
    """Answers `[0,0,0…` to whatever is asked. Shape: `sent` is how many bytes went out, `asked` how often."""

    def __init__(self) -> None:
        self.sent, self.asked, self.encodings = 0, 0, set[str]()

    async def answer(self, request: Request) -> StreamingResponse:
        self.asked += 1
        self.encodings.add(request.headers["accept-encoding"])
        return StreamingResponse(self._write(request.path_params["piece"]), media_type="application/json")

    async def _write(self, piece: int) -> AsyncIterator[bytes]:
        while self.sent < 1000 * LIMIT:
            self.sent += piece
            yield b"[" + b"0," * (piece // 2) if piece > 1 else b"["
            await asyncio.sleep(0 if piece > 1 else 0.01)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Endless]]:
    for bound in ("http.MOST_BYTES", "http.FEW_BYTES", "keys.FEW_BYTES", "revocations_over_http.MOST_BYTES"):
        monkeypatch.setattr(f"chassis.{bound}", LIMIT)
    program = Endless()
    url, stop = serve(Starlette(routes=[Route("/{piece:int}/{path:path}", program.answer, methods=["GET", "POST"])]))
    yield url, program
    stop()


def test_an_answer_without_an_end_is_left_and_not_asked_for_again(endless: tuple[str, Endless]) -> None:
    url, program = endless
    client = ServiceClient(url, TokenSource(f"{url}/2000", "me", lambda: "secret"), timeout=60)
    with pytest.raises(Unavailable) as refused:
        client.get("/2000/v1/things", token="t")
    assert "larger" in refused.value.detail
    assert (program.asked, program.encodings) == (1, {"identity"})
    with pytest.raises(Unavailable):
        client.get("/2000/v1/things")  # its token is asked for first
    assert program.asked == 2
    assert JwksOverHttp(f"{url}/2000/jwks").has_keys() is False
    with pytest.raises(ValueError, match="larger"):
        RevocationsOverHttp(f"{url}/2000/revocations").fetch("")
    assert program.sent < 500 * LIMIT, "each was left soon after its limit; the rest waits in sockets"


def test_an_answer_that_trickles_is_left_when_the_time_is_over(endless: tuple[str, Endless]) -> None:
    url, program = endless
    client = ServiceClient(url, TokenSource(url, "me", lambda: "secret"), timeout=0.2)
    with pytest.raises(Unavailable):
        client.post("/1/v1/things", {}, token="t")
    with suppress(Unavailable):
        TokenSource(f"{url}/1", "me", lambda: "secret").token(TimeBudget(0.2))
        pytest.fail("there is no token in it")
    assert program.asked == 2
