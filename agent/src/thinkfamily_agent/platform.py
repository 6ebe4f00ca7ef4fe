"""The platform as the agent knows it: tokens, feeds, pushes and their reports, over its API alone."""

import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from thinkfamily_agent.problems import AgentProblem, NotNow, Refused
from thinkfamily_agent.settings import Settings

TRIES = 6
LONGEST_PAUSE = 60.0
MARGIN = 30
"""Seconds before its end at which a token is asked for anew."""
PAGE = 500
KEYS = ((ECKey, "ES256"), (OKPKey, "Ed25519"), (RSAKey, "PS256"))
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Platform:
    """Tries again what fails on the way or is asked to wait, a bounded number of times.

    Errors of all methods: Refused for what the platform will not do; NotNow when it cannot be reached; AgentProblem
    when the credential is no good.
    """

    def __init__(self, settings: Settings, *, pause: float = 1.0) -> None:
        self._settings, self._pause = settings, pause
        self._http = httpx.Client(base_url=settings.platform, timeout=120)
        self._token, self._until, self._found = "", 0.0, settings.token_endpoint
        self._stopped = threading.Event()

    def close(self) -> None:
        self._stopped.set()
        self._http.close()

    def show_feed(self, name: str) -> dict[str, Any]:
        """The feed's columns, which are public."""
        found: dict[str, Any] = self._send("GET", f"/v1/feeds/{name}", known=False).json()
        return found

    def push(
        self, feed: str, params: Mapping[str, str | bool], body: bytes, media_type: str, key: str
    ) -> dict[str, Any]:
        """Send a file. The same key and file again answer with the push that there is."""
        headers = {"Content-Type": media_type, "Idempotency-Key": key}
        answer = self._send("POST", f"/v1/feeds/{feed}/pushes", params=params, content=body, headers=headers)
        written: dict[str, Any] = answer.json()
        return written

    def show_push(self, push: str) -> dict[str, Any]:
        found: dict[str, Any] = self._send("GET", f"/v1/pushes/{push}").json()
        return found

    def resume_push(self, push: str) -> None:
        self._send("POST", f"/v1/pushes/{push}/resume")

    def list_lines(self, push: str, outcome: str) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            params = {"outcome": outcome, "limit": PAGE} | ({"after": after} if after else {})
            page = self._send("GET", f"/v1/pushes/{push}/lines", params=params).json()
            yield from page["items"]
            after = page.get("next")
            if not after:
                return

    def _send(self, method: str, path: str, *, known: bool = True, **request: Any) -> httpx.Response:
        """One request, by whom we are unless it need not be `known`."""
        headers = dict(request.pop("headers", {}))
        renewed, why = False, ""
        for attempt in range(TRIES):
            wait = min(LONGEST_PAUSE, self._pause * 2**attempt)
            try:
                if known:
                    headers["Authorization"] = f"Bearer {self._access_token()}"
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as broken:
                why = type(broken).__name__
            else:
                if answer.is_success:
                    return answer
                if answer.status_code == 401:
                    if renewed:
                        raise AgentProblem(f"{self._settings.client_id}'s token is refused: {_in_words(answer)}")
                    self._token, renewed = "", True
                    continue
                if answer.status_code < 500 and not _may_come_again(answer):
                    raise Refused(_in_words(answer))
                why, wait = str(answer.status_code), max(wait, _retry_after(answer))
            if attempt < TRIES - 1:
                self._stopped.wait(min(wait, LONGEST_PAUSE) if self._pause else 0)
        raise NotNow(f"{method} {path}: no answer after {TRIES} tries ({why})")

    def _access_token(self) -> str:
        if not self._token or time.monotonic() > self._until:
            endpoint = self._endpoint()
            form = {"grant_type": "client_credentials"}
            if self._settings.key_file:
                answer = self._http.post(endpoint, data=form | self._assertion(self._settings.key_file))
            else:
                secret = _read_credential(self._settings.secret_file)
                answer = self._http.post(endpoint, data=form, auth=(self._settings.client_id, secret))
            if answer.status_code >= 500 or answer.status_code == 429:
                raise httpx.ConnectError("identity is busy")
            told = answer.json()
            if not answer.is_success:
                raise AgentProblem(
                    f"{self._settings.client_id} gets no token ({told['error']}): ask the council's administrator."
                )
            self._token = str(told["access_token"])
            self._until = time.monotonic() + float(told.get("expires_in", 300)) - MARGIN
        return self._token

    def _assertion(self, path: Path) -> dict[str, str]:
        """Who we are, signed with a key of our own; good once, for a minute. Source: RFC 7523, 2.2 and 3."""
        pem, client, now = _read_credential(path), self._settings.client_id, int(time.time())
        key, algorithm = _read_key(pem, path)
        claims = {"iss": client, "sub": client, "aud": self._settings.issuer, "iat": now, "exp": now + 60}
        signed = jwt.encode(
            {"alg": algorithm}, claims | {"jti": secrets.token_urlsafe(16)}, key, algorithms=[algorithm]
        )
        return {"client_id": client, "client_assertion_type": ASSERTION, "client_assertion": signed}

    def _endpoint(self) -> str:
        if not self._found:
            answer = self._http.get(f"{self._settings.issuer}/.well-known/oauth-authorization-server")
            if not answer.is_success:
                raise httpx.ConnectError("identity does not answer")
            told = answer.json()
            if told["issuer"] != self._settings.issuer:  # RFC 8414, 3.3: somebody else would get our credential
                raise AgentProblem(f"`issuer` is {self._settings.issuer}, and who answers there is {told['issuer']}.")
            self._found = str(told["token_endpoint"])
        return self._found


def _read_key(pem: str, path: Path) -> tuple[ECKey | OKPKey | RSAKey, str]:
    """Shape: the key, and the algorithm that it signs by. Errors: AgentProblem."""
    for kind, algorithm in KEYS:
        with suppress(JoseError, ValueError):
            key: ECKey | OKPKey | RSAKey = kind.import_key(pem)
            if key.is_private:
                return key, algorithm
    raise AgentProblem(f"{path} holds no private key as PEM (EC P-256, Ed25519 or RSA).")


def _read_credential(path: Path | None) -> str:
    assert path is not None  # the settings name one of the two
    try:
        return path.read_text("utf-8").strip()
    except OSError as reason:
        raise AgentProblem(f"{path} cannot be read ({reason.strerror}).") from None


def _may_come_again(answer: httpx.Response) -> bool:
    """Whether the same request may be taken later: too many at a time, or its own first try is still worked on."""
    return answer.status_code in (408, 425, 429) or "/key-running" in answer.text[:1000]


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _in_words(answer: httpx.Response) -> str:
    """A problem of RFC 9457 as lines; what is none, by its status."""
    try:
        problem = answer.json()
        lines = [f"{problem['title']} ({answer.status_code})"]
    except (ValueError, KeyError, TypeError):
        return f"The platform answered {answer.status_code}."
    if isinstance(problem.get("detail"), str):
        lines.append(problem["detail"])
    for fault in problem.get("errors") or ():
        if isinstance(fault, dict):
            lines.append(f"{fault.get('pointer', '')}: {fault.get('detail', '')} {fault.get('fix', '')}".strip())
    return "\n".join(lines)
