"""Calls to the programs behind the gateway, with the token of the caller."""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import orjson
import structlog
from strawberry.scalars import JSON

from chassis.problems import Fault, OutcomeNotKnown, Problem, RequestNotValid, Unavailable
from chassis.time_budget import HEADER, TimeBudget
from gateway.errors import Refused, is_problem
from gateway.json_mapping import Row, answer_of, member_of
from gateway.problems import TookTooLong, UpstreamAnswerNotValid, log_upstream_fault

KEY = re.compile(r"[!-~]{8,200}")
KEY_FAULT = Fault(
    pointer="/idempotencyKey",
    code="not_a_key",
    detail="An idempotency key is 8 to 200 visible ASCII characters.",
    fix="Send a fresh random one, and the same one when you repeat the change.",
)
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""After these the program has not seen the request."""
OPERATION = "operation"
"""What the log calls the time of a whole operation; others are httpx's: `ConnectTimeout`, `ReadTimeout`."""

Params = Mapping[str, str]
log = structlog.get_logger()


@dataclass(frozen=True)
class Upstream:
    """One program. `headers` carry the caller's own token, purpose and request id; nothing is kept between requests.

    Units: `ends` in seconds of the monotonic clock, when the operation is given up; the program is told what is left.
    `most_bytes` of an answer, `most_rows` of a list are taken: what is larger is no answer to what was asked.
    """

    program: str
    http: httpx.AsyncClient
    headers: Mapping[str, str]
    ends: float
    most_bytes: int
    most_rows: int

    async def get(self, path: str, **params: Any) -> Any:
        """Errors: Refused; Unavailable; UpstreamAnswerNotValid."""
        stated = {
            name: value if isinstance(value, list) else str(value)
            for name, value in params.items()
            if value is not None
        }
        return await self._send("GET", path, params=stated)

    async def get_page(self, path: str, limit: int | None = None, **params: Any) -> Row:
        """A list of the program: `items` and `next`. Shape: `limit` rows at most."""
        page: Row = await self.get(path, **params, limit=limit)
        with answer_of(self.program):
            self._bound(member_of(list[JSON], page, "items", "a page"), limit)
        return page

    async def get_items(self, path: str, **params: Any) -> list[Row]:
        """A list of the program that comes whole."""
        answer = await self.get(path, **params)
        with answer_of(self.program):
            return self._bound(member_of(list[JSON], answer, "items", "a list"))

    async def look_up(self, path: str, ids: Iterable[UUID], params: Params | None = None, **more: Any) -> list[Row]:
        """Up to 500 rows at once, one an id at most; what is out of the caller's reach is not among them."""
        asked = [str(one) for one in ids]
        answer = await self._send("POST", path, json={"ids": asked, **more}, params=params)
        with answer_of(self.program):
            return self._bound(member_of(list[JSON], answer, "items", f"an answer of {path}"), len(asked))

    def _bound(self, rows: list[Row], most: int | None = None) -> list[Row]:
        """The rows. Errors: UpstreamAnswerNotValid when there are more than can have been asked for."""
        if len(rows) > min(self.most_rows, self.most_rows if most is None else most):
            raise UpstreamAnswerNotValid("It has more rows than were asked for.")
        return rows

    async def post(self, path: str, body: Any, key: str) -> Any:
        """A change. Errors: Refused; Unavailable; OutcomeNotKnown, when it may have happened."""
        if not KEY.fullmatch(key):
            raise RequestNotValid(errors=[KEY_FAULT])
        return await self._send("POST", path, changes=True, json=body, headers={"Idempotency-Key": key})

    async def put(self, path: str, body: Any) -> Any:
        """A change that may be repeated without a key. Errors: as for `post`."""
        return await self._send("PUT", path, changes=True, json=body)

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, changes: bool = False, **parts: Any
    ) -> Any:
        """What the program answered. What a change came to is not known unless the program says so."""
        left = self.ends - time.monotonic()
        told = {**self.headers, HEADER: TimeBudget(left).header(), **(headers or {})}
        if left <= 0:
            self._note(method, OPERATION)
            raise TookTooLong()
        try:
            # httpx bounds each piece alone; a program that sends a byte a second would hold the operation for hours.
            async with asyncio.timeout(left):
                status, content = await self._receive(method, path, headers=told, **parts)
        except TimeoutError:
            self._note(method, OPERATION)
            raise OutcomeNotKnown() if changes else TookTooLong() from None
        except httpx.RequestError as lost:
            self._note(method, type(lost).__name__)
            raise OutcomeNotKnown() if changes and not isinstance(lost, NEVER_SENT) else Unavailable() from None
        except UpstreamAnswerNotValid as fault:
            if not changes:
                raise
            log_upstream_fault(fault)
            raise OutcomeNotKnown() from None
        if 200 <= status < 300:
            return self._read(content, changes)
        raise self._refusal(status, content, changes)

    async def _receive(self, method: str, path: str, **parts: Any) -> tuple[int, bytes]:
        content = bytearray()
        async with self.http.stream(method, path, **parts) as answer:
            # Undecoded: nothing else was asked for, and a small answer could become a huge one.
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > self.most_bytes:
                    raise UpstreamAnswerNotValid("It is larger than any that was asked for.", program=self.program)
        return answer.status_code, bytes(content)

    def _read(self, content: bytes, changes: bool) -> Any:
        try:
            return orjson.loads(content)
        except ValueError:
            fault = UpstreamAnswerNotValid("It is no JSON.", program=self.program)
            if not changes:
                raise fault from None
            log_upstream_fault(fault)
            raise OutcomeNotKnown() from None

    def _refusal(self, status: int, content: bytes, changes: bool) -> Exception:
        """What a program's own problem says is passed on; a page of a proxy, or a program that broke, says nothing."""
        try:
            body = orjson.loads(content)
        except ValueError:
            body = None
        if (status < 500 or status == 503) and is_problem(body, status):
            return Refused(body)
        self._note("-", f"status {status}")
        unknown: Problem = OutcomeNotKnown() if changes else Unavailable()
        return unknown

    def _note(self, method: str, how: str) -> None:
        """Shape: `how` is the timeout, the break or the status; nothing of the request, which may name somebody."""
        log.warning("program did not answer", called=self.program, method=method, how=how)


def as_at_day(day: date | None) -> Params | None:
    """The parameter of a lookup that can look at the past."""
    return {"as_at": str(day)} if day else None


def path_segment(text: str) -> str:
    """One path_segment of a path: nothing in it can lead elsewhere."""
    return quote(text, safe="").replace(".", "%2E")
