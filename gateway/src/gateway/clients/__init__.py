"""Calls to the programs behind the gateway, with the token of the caller."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
from strawberry.scalars import JSON

from chassis.problems import Fault, RequestNotValid, Unavailable
from chassis.time_budget import HEADER, TimeBudget
from gateway.errors import Refused
from gateway.json_mapping import Row, member_of
from gateway.problems import UpstreamAnswerNotValid

KEY = re.compile(r"[!-~]{8,200}")
KEY_FAULT = Fault(
    pointer="/idempotencyKey",
    code="not_a_key",
    detail="An idempotency key is 8 to 200 visible ASCII characters.",
    fix="Send a fresh random one, and the same one when you repeat the change.",
)


Params = Mapping[str, str]


@dataclass(frozen=True)
class Upstream:
    """One program. `headers` carry the caller's own token, purpose and request id; nothing is kept between requests.

    Units: `ends` in seconds of the monotonic clock, when the operation is given up; the program is told what is left.
    """

    http: httpx.AsyncClient
    headers: Mapping[str, str]
    ends: float

    async def get(self, path: str, **params: Any) -> Any:
        """Errors: Refused; Unavailable."""
        stated = {
            name: value if isinstance(value, list) else str(value)
            for name, value in params.items()
            if value is not None
        }
        return await self._send("GET", path, params=stated)

    async def get_page(self, path: str, **params: Any) -> Row:
        """A list of the program: `items` and `next`."""
        page: Row = await self.get(path, **params)
        return page

    async def get_items(self, path: str, **params: Any) -> list[Row]:
        """A list of the program that comes whole."""
        rows: list[Row] = member_of(list[JSON], await self.get(path, **params), "items", "a list")
        return rows

    async def look_up(self, path: str, ids: Iterable[UUID], params: Params | None = None, **more: Any) -> list[Row]:
        """Up to 500 rows at once; what is out of the caller's reach is not among them."""
        answer = await self._send("POST", path, json={"ids": [str(one) for one in ids], **more}, params=params)
        rows: list[Row] = member_of(list[JSON], answer, "items", f"an answer of {path}")
        return rows

    async def post(self, path: str, body: Any, key: str) -> Any:
        """Errors: Refused; Unavailable, when it may have happened and may be repeated with the same key."""
        if not KEY.fullmatch(key):
            raise RequestNotValid(errors=[KEY_FAULT])
        return await self._send("POST", path, json=body, headers={"Idempotency-Key": key})

    async def put(self, path: str, body: Any) -> Any:
        """What may be repeated without a key. Errors: Refused; Unavailable."""
        return await self._send("PUT", path, json=body)

    async def _send(self, method: str, path: str, headers: Mapping[str, str] | None = None, **parts: Any) -> Any:
        left = {HEADER: TimeBudget(self.ends - time.monotonic()).header()}
        try:
            answer = await self.http.request(method, path, headers={**self.headers, **left, **(headers or {})}, **parts)
        except httpx.TransportError:
            # httpx logs which program it was; the caller can only try again.
            raise Unavailable() from None
        if answer.is_success:
            try:
                return answer.json()
            except ValueError:
                raise UpstreamAnswerNotValid("It is no JSON.") from None
        if answer.status_code >= 500 and answer.status_code != 503:
            raise Unavailable()
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> Exception:
    try:
        body = answer.json()
    except ValueError:
        return Unavailable()
    # An answer that is no problem does not come from the program (a proxy's page, say) and is not passed on.
    if not isinstance(body, dict) or body.get("status") != answer.status_code:
        return Unavailable()
    if not all(isinstance(body.get(name), str) for name in ("type", "title", "detail")):
        return Unavailable()
    return Refused(body)


def path_segment(text: str) -> str:
    """One path_segment of a path: nothing in it can lead elsewhere."""
    return quote(text, safe="").replace(".", "%2E")
