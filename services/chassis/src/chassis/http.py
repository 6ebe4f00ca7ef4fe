"""Calls to the other programs: with a token, a bound on time, few repeats, and problems for answers that are none."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import orjson
import structlog

from chassis.auth import Caller
from chassis.problems import CallerNotVerified, NotSignedIn, Problem, Unavailable
from chassis.telemetry import request_id
from chassis.time_budget import HEADER, TimeBudget, current_time_budget

REPEATS = 4
FIRST_PAUSE = 0.05
SHORTEST = 0.001
"""The least that may be waited for an answer. Units: seconds."""


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that the other side is held against, read once a process.

    httpx reads them anew for each client, and for each `httpx.get`: 30 ms of CPU, as much as twenty requests take.
    """
    return httpx.create_ssl_context()


MOST_BYTES = 32_000_000
"""The largest answer of another program that is read. A lookup of 500 people with all their facts takes a tenth."""
FEW_BYTES = 1_000_000
"""The same for a token and for public keys."""
UNDECODED = {"Accept-Encoding": "identity"}
"""Nothing is asked for compressed: a small answer could become a huge one."""


class AnswerTooLarge(ValueError):
    """Another program answered with more than anybody asked for, or more slowly than anybody waits."""


@dataclass(frozen=True)
class Answer:
    """What another program answered, read whole."""

    status_code: int
    content: bytes

    def require_success(self) -> bytes:
        """Errors: ValueError for a refusal."""
        if not 200 <= self.status_code < 300:
            raise ValueError("refused")
        return self.content


def read_answer(answer: httpx.Response, most: int, patience: float) -> Answer:
    """Read an answer that streams, up to a size and for a time.

    httpx bounds each piece alone: a program that sends a byte a second would hold its caller for hours, and one that
    never ends would fill its memory. Units: `most` in bytes, `patience` in seconds. Errors: AnswerTooLarge;
    httpx.ReadTimeout.
    """
    ends, content = time.monotonic() + patience, bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > most:
            raise AnswerTooLarge("larger than any that is asked for")
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("too slow")
    return Answer(answer.status_code, bytes(content))


class RemoteProblem(Exception):
    """Another program refused (4xx). `body` is its problem; nothing of it is shown to our caller unexamined."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('title', '')}")
        self.status, self.body = status, body

    def is_a(self, kind: type[Problem]) -> bool:
        """Whether it is this problem, by the last part of its type."""
        return str(self.body.get("type", "")).rpartition("/")[2] == kind.slug()


NOT_AS_AGREED = (RemoteProblem, KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What is raised where an answer is read that is none: a refusal nobody foresaw, `null`, `{}`, members of other types.

Example: `UUID(answer["id"])` raises the last of them for `{"id": 7}`.
"""


class TokenSource:
    """This program's own access token, fetched with its secret and renewed before it ends."""

    def __init__(self, identity_url: str, client_id: str, secret: Callable[[], str]) -> None:
        self._url, self._client, self._secret = f"{identity_url}/oauth/token", client_id, secret
        self._lock = threading.Lock()
        self._token, self._renew_at = "", 0.0

    def token(self, budget: TimeBudget, fresh: bool = False) -> str:
        """Errors: Unavailable when identity does not answer in time or does not know this program."""
        with budget.waiting():  # while one fetches, the others wait for it
            if not self._lock.acquire(timeout=budget.left):
                raise Unavailable()
        try:
            if fresh or time.monotonic() > self._renew_at:
                with budget.waiting():
                    self._fetch(budget.left)
            return self._token
        finally:
            self._lock.release()

    def _fetch(self, patience: float) -> None:
        try:
            patience = max(SHORTEST, min(10.0, patience))
            asked = httpx.stream(
                "POST",
                self._url,
                data={"grant_type": "client_credentials"},
                auth=(self._client, self._secret()),
                headers=UNDECODED,
                timeout=patience,
                verify=trusted(),
            )
            with asked as streaming:
                body = orjson.loads(read_answer(streaming, FEW_BYTES, patience).require_success())
            token, lives = str(body["access_token"]), float(body["expires_in"])
        except (httpx.HTTPError, OSError, *NOT_AS_AGREED) as broken:
            structlog.get_logger().warning("no token from identity", error=type(broken).__name__)
            raise Unavailable() from None
        self._token = token
        self._renew_at = time.monotonic() + max(5.0, lives - 60)


class ServiceClient:
    """The way to one program. Units: `timeout` in seconds, the most that one call may take.

    All calls of a request together, with their repeats, wait no longer than its time budget; a call of a loop has
    `timeout` for itself and its repeats.
    Whoever asks for somebody names them as `on_behalf_of`: their own token goes with the request, in a header of its
    own, so that the other program need not believe what we say of them. It stands in no body, address or log line.
    Errors: Unavailable when it does not answer in time or breaks (after a few tries, where repeating is safe), or
    answers with more than `MOST_BYTES`;
    RemoteProblem when it refuses; NotSignedIn when the token of `on_behalf_of` has expired meanwhile.
    """

    def __init__(self, base_url: str, tokens: TokenSource, timeout: float, program: str = "") -> None:
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
        self._http = httpx.Client(base_url=base_url, limits=limits, verify=trusted())
        self._tokens, self._timeout, self._program = tokens, timeout, program or base_url

    def get(
        self,
        path: str,
        params: dict[str, Any] | None = None,
        token: str | None = None,
        purpose: str | None = None,
        on_behalf_of: Caller | None = None,
    ) -> Any:
        return self._call(
            "GET", path, params=params, token=token, purpose=purpose, safe=True, on_behalf_of=on_behalf_of
        )

    def post(
        self,
        path: str,
        json: Any,
        token: str | None = None,
        idempotency_key: str | None = None,
        purpose: str | None = None,
        safe: bool = False,
        on_behalf_of: Caller | None = None,
        patience: float | None = None,
    ) -> Any:
        """`safe`: repeating does no harm (a lookup, a decision). A request with an idempotency key always is.

        Units: `patience` in seconds, the most that this call may take with its repeats.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._call(
            "POST",
            path,
            json=json,
            headers=headers,
            token=token,
            purpose=purpose,
            safe=safe or bool(idempotency_key),
            on_behalf_of=on_behalf_of,
            patience=patience,
        )

    def put(self, path: str, json: Any, token: str | None = None, headers: dict[str, str] | None = None) -> Any:
        return self._call("PUT", path, json=json, headers=headers or {}, token=token, safe=True)

    def delete(self, path: str, token: str | None = None, headers: dict[str, str] | None = None) -> Any:
        return self._call("DELETE", path, headers=headers or {}, token=token, safe=True)

    def close(self) -> None:
        self._http.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        safe: bool,
        token: str | None,
        purpose: str | None = None,
        headers: dict[str, str] | None = None,
        on_behalf_of: Caller | None = None,
        patience: float | None = None,
        **rest: Any,
    ) -> Any:
        headers = dict(headers or {})
        if on_behalf_of is not None:
            headers["Caller-Token"] = on_behalf_of.token
        if purpose:
            headers["Purpose"] = purpose
        if current := request_id():
            headers["X-Request-Id"] = current
        budget, renewed = current_time_budget() or TimeBudget(self._timeout), False
        if patience is not None:
            budget = budget.part(patience)
        for attempt in range(REPEATS):
            headers["Authorization"] = f"Bearer {token or self._tokens.token(budget)}"
            try:
                answer = self._send(budget, method, path, headers=headers, **rest)
            except httpx.ConnectError as lost:
                self._note(method, type(lost).__name__)
                self._pause(budget, attempt)
                continue
            except AnswerTooLarge:
                self._note(method, "answer too large")
                raise Unavailable("Another program's answer is larger than any that is read.") from None
            except httpx.HTTPError as lost:
                self._note(method, type(lost).__name__)
                if not safe:
                    raise Unavailable() from None
                self._pause(budget, attempt)
                continue
            if answer.status_code == 401 and token is None and not renewed:
                self._tokens.token(budget, fresh=True)
                renewed = True
                continue
            if answer.status_code >= 500:
                self._note(method, f"status {answer.status_code}")
            if answer.status_code in (502, 503, 504) and safe:
                self._pause(budget, attempt)
                continue
            try:
                return self._read(answer)
            except RemoteProblem as refused:
                if on_behalf_of is not None and refused.is_a(CallerNotVerified):
                    raise NotSignedIn() from None
                raise
        raise Unavailable()

    def _send(self, budget: TimeBudget, method: str, path: str, *, headers: dict[str, str], **rest: Any) -> Answer:
        """One try, within what is left. Errors: Unavailable when nothing is left; httpx.HTTPError; AnswerTooLarge."""
        if budget.left < SHORTEST:
            self._note(method, "time budget")
            raise Unavailable()
        patience = min(self._timeout, budget.left)
        headers = headers | UNDECODED | {HEADER: TimeBudget(patience).header()}
        with budget.waiting(), self._http.stream(method, path, headers=headers, timeout=patience, **rest) as streaming:
            return read_answer(streaming, MOST_BYTES, patience)

    def _note(self, method: str, how: str) -> None:
        """Shape: `how` is the timeout, the break or the status; nothing of the request, which may name somebody."""
        structlog.get_logger().warning("program did not answer", asked=self._program, method=method, how=how)

    @staticmethod
    def _pause(budget: TimeBudget, attempt: int) -> None:
        """Errors: Unavailable when the pause would take all that is left."""
        pause = FIRST_PAUSE * 3**attempt
        if attempt < REPEATS - 1:
            if pause >= budget.left:
                raise Unavailable()
            with budget.waiting():
                time.sleep(pause)

    @staticmethod
    def _read(answer: Answer) -> Any:
        if answer.status_code >= 500:
            raise Unavailable()
        try:
            body = orjson.loads(answer.content) if answer.content else None
        except ValueError:
            raise Unavailable() from None
        if answer.status_code >= 400:
            raise RemoteProblem(answer.status_code, body if isinstance(body, dict) else {})
        return body
