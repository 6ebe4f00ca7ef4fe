"""Calls to the platform as its people and clients make them: signed in, with the rights of their role."""

import base64
import hashlib
import secrets
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from chassis.http import trusted
from journey.platform import Addresses
from journey.stopping import WentWrong

PATIENCE_SECONDS = 60.0
"""How long a call is repeated while a program does not answer: it may just be starting again."""
MARGIN_SECONDS = 45.0
"""How long before its end a token is renewed."""
CHUNK = 500
"""The most ids that a lookup takes."""
KEYS = uuid.UUID("5f0d6ac4-6a4e-4f39-9d3e-7a2f1d7c2016")


def chunked(ids: list[str]) -> Iterator[list[str]]:
    """Yield the ids in parts that one call takes."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


class Refused(WentWrong):
    """An answer of 4xx; `status` and `problem` say which."""

    def __init__(self, line: str, status: int, problem: Any) -> None:
        super().__init__(line)
        self.status = status
        self.problem = problem


@dataclass
class Tokens:
    """What a sign-in gave. Units: `until` in seconds of the monotonic clock."""

    access: str = ""
    refresh: str = ""
    until: float = 0.0


@dataclass
class Who:
    """Somebody who calls: a client with its secret, or a person who signs in.

    `purpose` is stated when a call names none, by who has several to choose from.
    """

    name: str
    purpose: str = ""
    tokens: Tokens = field(default_factory=Tokens, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass
class Machine(Who):
    secret: str = field(default="", repr=False)


@dataclass
class Person(Who):
    """`name` is the e-mail address with which the person signs in."""

    password: str = field(default="", repr=False)


class Form(HTMLParser):
    """The first form of a page: where it goes and what it already holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given.get("name", "")] = given.get("value", "")


class Api:
    """The platform's public APIs. Safe to share between threads."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=16)
        self._http = httpx.Client(timeout=120, limits=limits, verify=trusted())

    def key_of_act(self, act: str) -> str:
        """The idempotency key of an act: the same act always has the same, so that it happens once."""
        return str(uuid.uuid5(KEYS, act))

    def get(self, who: Who | None, program: str, path: str, *, purpose: str = "", **params: Any) -> Any:
        return self.send(who, "GET", program, path, params=params, purpose=purpose).json()

    def post(
        self, who: Who | None, program: str, path: str, body: Any = None, *, act: str = "", purpose: str = ""
    ) -> Any:
        """POST; `act` names what is created, and gives its idempotency key."""
        headers = {"Idempotency-Key": self.key_of_act(act)} if act else {}
        return self.send(who, "POST", program, path, json=body, headers=headers, purpose=purpose).json()

    def change(
        self, who: Who, method: str, program: str, path: str, body: Any, *, of: str = "", purpose: str = ""
    ) -> Any:
        """PUT or PATCH, naming the version that was read; `of` is the resource that has it, if another than `path`.

        What is not there yet is made, without a version.
        """
        seen = self.send(who, "GET", program, of or path, purpose=purpose, allow=(404, 405))
        etag = seen.headers.get("ETag") if seen.status_code == 200 else None
        headers = {"If-Match": etag} if etag else {}
        return self.send(who, method, program, path, json=body, headers=headers, purpose=purpose).json()

    def pages(self, who: Who, program: str, path: str, *, purpose: str = "", **params: Any) -> Iterator[Any]:
        """Every item of a list."""
        after: str | None = None
        while True:
            cursor = {"after": after} if after else {}
            page = self.get(who, program, path, purpose=purpose, limit=CHUNK, **params, **cursor)
            yield from page["items"]
            after = page.get("next")
            if not after:
                return

    def lookup(self, who: Who, program: str, path: str, ids: list[str], *, purpose: str = "", **more: Any) -> list[Any]:
        found: list[Any] = []
        for some in chunked(ids):
            found += self.post(who, program, path, {"ids": some, **more}, purpose=purpose)["items"]
        return found

    def graphql(
        self, who: Who, query: str, variables: Mapping[str, Any] | None = None, *, purpose: str = ""
    ) -> dict[str, Any]:
        """A GraphQL answer as it came, `errors` and all."""
        body = {"query": query, "variables": dict(variables or {})}
        answer = self.send(who, "POST", "gateway", "/graphql", json=body, purpose=purpose, allow=(400,)).json()
        return dict(answer)

    def send(
        self,
        who: Who | None,
        method: str,
        program: str,
        path: str,
        *,
        allow: tuple[int, ...] = (),
        headers: Mapping[str, str] | None = None,
        purpose: str = "",
        **request: Any,
    ) -> httpx.Response:
        """One request, repeated while the program is away.

        Every act here is repeatable: it carries an idempotency key or is idempotent by nature.
        Errors: Refused for a 4xx that is not in `allow`; WentWrong when nothing answers for a minute.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        line = f"{method} {program} {path}" + (f" as {who.name}" if who else "")
        renewed = False
        while True:
            try:
                sent = dict(headers or {})
                if who:
                    sent["Authorization"] = f"Bearer {self.token(who)}"
                if stated := purpose or (who.purpose if who else ""):
                    sent["Purpose"] = stated
                answer = self._http.request(method, self.addresses.url(program) + path, headers=sent, **request)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}"
            else:
                if answer.status_code < 400 or answer.status_code in allow:
                    return answer
                if answer.status_code == 401 and who and not renewed:
                    renewed = True
                    who.tokens.until = 0.0
                    continue
                if answer.status_code < 500 and not is_still_running(answer):
                    raise Refused(
                        f"{line}: {answer.status_code} {answer.text[:1000]}", answer.status_code, problem_of(answer)
                    )
                problem = f"{answer.status_code} {answer.text[:300]}"
            if time.monotonic() > deadline:
                raise WentWrong(f"{line}: no answer for {PATIENCE_SECONDS:.0f} s ({problem})")
            time.sleep(0.25)

    def token(self, who: Who) -> str:
        """A token that is valid for a while: the one held, a refreshed one, or one of a new sign-in."""
        with who.lock:
            if time.monotonic() >= who.tokens.until:
                if isinstance(who, Machine):
                    answer = self._http.post(
                        f"{self.addresses.url('identity')}/oauth/token",
                        data={"grant_type": "client_credentials"},
                        auth=(who.name, who.secret),
                    )
                elif who.tokens.refresh:
                    answer = self._http.post(
                        f"{self.addresses.url('identity')}/oauth/token",
                        data={
                            "grant_type": "refresh_token",
                            "refresh_token": who.tokens.refresh,
                            "client_id": PORTAL,
                        },
                    )
                    if answer.status_code == 400:  # its family ended, for instance with the data
                        answer = self._sign_in(who)
                else:
                    answer = self._sign_in(who)
                self._keep_tokens(who, answer)
            return who.tokens.access

    def _keep_tokens(self, who: Who, answer: httpx.Response) -> None:
        if answer.status_code >= 500:
            raise httpx.RemoteProtocolError(f"identity answered {answer.status_code}")  # away; asked again
        if answer.status_code != 200:
            raise WentWrong(f"{who.name} gets no token: {answer.status_code} {answer.text[:300]}")
        given = answer.json()
        until = time.monotonic() + float(given.get("expires_in", 300)) - MARGIN_SECONDS
        who.tokens = Tokens(given["access_token"], given.get("refresh_token", ""), until)

    def _sign_in(self, who: Who) -> httpx.Response:
        """Sign a person in as a browser does: the form of the sign-in page, with PKCE, then the code for tokens."""
        assert isinstance(who, Person)
        identity = self.addresses.url("identity")
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": PORTAL,
            "redirect_uri": self.addresses.signed_in,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client(timeout=60, verify=trusted()) as browser:  # cookies of this sign-in only
            page = browser.get(f"{identity}/oauth/authorize", params=query)
            if page.status_code != 200:
                return page
            form = Form(page.text)
            answer = browser.post(
                urljoin(str(page.url), form.action),
                data=form.fields | {"email": who.name, "password": who.password},
            )
            if answer.status_code not in (302, 303):
                return httpx.Response(401, text=f"the sign-in page answered {answer.status_code} to the form")
            given = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
            if given.get("state") != state or given.get("iss") != identity or "code" not in given:
                return httpx.Response(401, text=f"the sign-in came back with {sorted(given)}")
            return browser.post(
                f"{identity}/oauth/token",
                data={
                    "grant_type": "authorization_code",
                    "code": given["code"],
                    "redirect_uri": self.addresses.signed_in,
                    "client_id": PORTAL,
                    "code_verifier": verifier,
                },
            )


PORTAL = "portal"
"""The public client through which people sign in."""


def is_still_running(answer: httpx.Response) -> bool:
    """Whether a repeated request met its own first try, which the program has not ended yet."""
    return answer.status_code == 409 and str(problem_of(answer).get("type", "")).endswith("/key-running")


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        return dict(answer.json())
    except ValueError:
        return {}
