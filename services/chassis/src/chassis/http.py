"""Calls to the other programs: with a token, a bound on time, few repeats, and problems for answers that are none."""

import ssl
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
import orjson
import structlog

from chassis.problems import Unavailable
from chassis.telemetry import request_id

REPEATS = 4
FIRST_PAUSE = 0.05


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that the other side is held against, read once a process.

    httpx reads them anew for each client, and for each `httpx.get`: 30 ms of CPU, as much as twenty requests take.
    """
    return httpx.create_ssl_context()


class RemoteProblem(Exception):
    """Another program refused (4xx). `body` is its problem; nothing of it is shown to our caller unexamined."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('title', '')}")
        self.status, self.body = status, body


class TokenSource:
    """This program's own access token, fetched with its secret and renewed before it ends."""

    def __init__(self, identity_url: str, client_id: str, secret: Callable[[], str]) -> None:
        self._url, self._client, self._secret = f"{identity_url}/oauth/token", client_id, secret
        self._lock = threading.Lock()
        self._token, self._renew_at = "", 0.0

    def token(self, fresh: bool = False) -> str:
        """Errors: Unavailable when identity does not answer or does not know this program."""
        with self._lock:
            if fresh or time.monotonic() > self._renew_at:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        try:
            answer = httpx.post(
                self._url,
                data={"grant_type": "client_credentials"},
                auth=(self._client, self._secret()),
                timeout=10,
                verify=trusted(),
            )
            answer.raise_for_status()
            body = answer.json()
        except (httpx.HTTPError, OSError, ValueError) as broken:
            structlog.get_logger().warning("no token from identity", error=type(broken).__name__)
            raise Unavailable() from None
        self._token = body["access_token"]
        self._renew_at = time.monotonic() + max(5.0, body["expires_in"] - 60)


class ServiceClient:
    """The way to one program.

    Errors: Unavailable when it does not answer or breaks (after a few tries, where repeating is safe);
    RemoteProblem when it refuses.
    """

    def __init__(self, base_url: str, tokens: TokenSource, timeout: float) -> None:
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
        self._http = httpx.Client(base_url=base_url, timeout=timeout, limits=limits, verify=trusted())
        self._tokens = tokens

    def get(
        self, path: str, params: dict[str, Any] | None = None, token: str | None = None, purpose: str | None = None
    ) -> Any:
        return self._call("GET", path, params=params, token=token, purpose=purpose, safe=True)

    def post(
        self,
        path: str,
        json: Any,
        token: str | None = None,
        idempotency_key: str | None = None,
        purpose: str | None = None,
        safe: bool = False,
    ) -> Any:
        """`safe`: repeating does no harm (a lookup, a decision). A request with an idempotency key always is."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._call(
            "POST", path, json=json, headers=headers, token=token, purpose=purpose, safe=safe or bool(idempotency_key)
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
        **rest: Any,
    ) -> Any:
        headers = dict(headers or {})
        if purpose:
            headers["Purpose"] = purpose
        if current := request_id():
            headers["X-Request-Id"] = current
        renewed = False
        for attempt in range(REPEATS):
            headers["Authorization"] = f"Bearer {token or self._tokens.token()}"
            try:
                answer = self._http.request(method, path, headers=headers, **rest)
            except httpx.ConnectError:
                self._pause(attempt)
                continue
            except httpx.HTTPError:
                if not safe:
                    raise Unavailable() from None
                self._pause(attempt)
                continue
            if answer.status_code == 401 and token is None and not renewed:
                self._tokens.token(fresh=True)
                renewed = True
                continue
            if answer.status_code in (502, 503, 504) and safe:
                self._pause(attempt)
                continue
            return self._read(answer)
        raise Unavailable()

    @staticmethod
    def _pause(attempt: int) -> None:
        if attempt < REPEATS - 1:
            time.sleep(FIRST_PAUSE * 3**attempt)

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        if answer.status_code >= 500:
            raise Unavailable()
        try:
            body = orjson.loads(answer.content) if answer.content else None
        except ValueError:
            raise Unavailable() from None
        if answer.status_code >= 400:
            raise RemoteProblem(answer.status_code, body if isinstance(body, dict) else {})
        return body
