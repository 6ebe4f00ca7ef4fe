"""Authlib's authorization server on our store. Everything that knows Authlib is in this folder.

Its traps, each with its cure here: `docs/adr/0010`.
"""

import base64
import binascii
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc9207 import IssuerParameter
from sqlalchemy.orm import Session
from starlette.responses import Response

from chassis.clock import now
from identity.keys.keyring import Keyring
from identity.models import RefreshToken, SignInSession
from identity.settings import IdentitySettings
from identity.tokens import assertions, repository
from identity.tokens.endpoints import Introspection, Revocation
from identity.tokens.generator import AccessTokens
from identity.tokens.grants import S256, ClientCredentials, Code, Refresh
from identity.tokens.openid import IdTokens
from identity.tokens.parties import Person, RegisteredClient, find_client
from identity.tokens.wishes import NO_RESOURCE, find_unmet_wish
from vocabulary.scopes import OPENID

# Authlib writes whole tokens into its debug lines.
logging.getLogger("authlib").setLevel(logging.INFO)

PLAIN = re.compile(r"[ -~]{0,2000}")
"""What OAuth parameters are made of (RFC 6749 appendix A). Others make Authlib's error messages raise ValueError."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """A request to an OAuth endpoint, as plain as Authlib needs it, and whence it comes."""

    method: str
    path: str
    headers: Mapping[str, str]
    args: Fields = ()
    form: Fields = ()
    readable: bool = True
    source: str = ""


@dataclass(frozen=True)
class Offered:
    """Which client somebody says that it is, in which way, and by what."""

    client_id: str | None
    method: str
    secret: str | None = None
    assertion: assertions.Assertion | None = None


NOTHING = Offered(None, "none")


@dataclass(frozen=True)
class Proven:
    """The client that has proved itself, none where it failed; in which way it tried, and by which secret or key."""

    client: RegisteredClient | None
    method: str
    credential: UUID | None = None


NOBODY_PROVEN = Proven(None, "none")


class Answer(Response):
    """A response whose `Location` can be set, as Authlib's RFC 9207 extension does."""

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, asked: Asked, issuer: str) -> None:
        # Authlib refuses every http address but loopback, and a cluster's inner addresses are http: what counts is
        # the address under which the world sees us.
        super().__init__(asked.method, issuer + asked.path, headers=dict(asked.headers))
        self._args, self._form = dict(asked.args), dict(asked.form)
        self.payload = BasicOAuth2Payload(self._form if asked.method == "POST" and asked.form else self._args)

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class WrongClient(InvalidClientError):  # type: ignore[misc]
    """One answer for an unknown client, a wrong secret, a wrong method and a disabled client."""

    def __init__(self) -> None:
        super().__init__("The client is not known, or did not prove itself as it is registered to.", status_code=401)

    def get_headers(self) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = OAuth2Error.get_headers(self)
        return [*headers, ("WWW-Authenticate", 'Basic realm="identity"')]


class Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


class Server(AuthorizationServer):  # type: ignore[misc]
    """One for each request, over the request's own transaction: Authlib's hooks reach the store through it.

    Shape: `proven` is whoever asks at a door for clients (`proving.py`). A token for a machine needs no store.
    """

    def __init__(
        self, session: Session | None, settings: IdentitySettings, keyring: Keyring, proven: Proven = NOBODY_PROVEN
    ) -> None:
        super().__init__()
        self._session, self.proven = session, proven
        self.settings, self.keyring = settings, keyring
        self.register_grant(ClientCredentials)
        id_tokens = IdTokens(settings, keyring)
        self.register_grant(Code, [S256(required=True), id_tokens])
        self.register_grant(Refresh, [id_tokens])
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)
        self.register_extension(Issuer(settings.issuer))
        self.register_token_generator("default", AccessTokens(settings, keyring))

    @property
    def session(self) -> Session:
        if self._session is None:
            raise RuntimeError("A request that needs the store was answered without one")
        return self._session

    def query_client(self, client_id: str) -> RegisteredClient | None:
        return find_client(self.session, client_id)

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Keep the refresh token, as a digest; access tokens are kept nowhere."""
        refresh = token.get("refresh_token")
        if refresh and request.user and request.user.session:
            until = now() + timedelta(seconds=self.settings.refresh_seconds)
            held = request.user.session
            before = request.refresh_token
            self.session.add(
                RefreshToken(
                    digest=repository.digest_of(refresh),
                    session_id=held.id,
                    came_of=before.row.digest if before else None,
                    expires_at=min(until, held.expires_at),
                )
            )
            _keep_granted(held, token["scope"])

    def create_oauth2_request(self, request: Any) -> Any:
        return request if isinstance(request, OAuth2Request) else Request(request, self.settings.issuer)

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Answer:
        text = json.dumps(body if isinstance(body, dict) else dict(body)) if body else ""
        return Answer(text, status, dict(headers) | {"Cache-Control": "no-store", "Pragma": "no-cache"})

    def handle_error_response(self, request: Any, error: Any) -> Answer:
        answer: Answer = super().handle_error_response(request, _plain(error))
        return answer

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def authenticate_client(self, request: Any, methods: Sequence[str], endpoint: str = "token") -> RegisteredClient:
        """The client that asks. Errors: WrongClient, the same whatever is wrong.

        Authlib's own tells an unknown client from a wrong secret, and breaks on a header that is not UTF-8.
        """
        client, method = self.proven.client, self.proven.method
        if client is None or method not in methods or not client.check_endpoint_auth_method(method, endpoint):
            raise WrongClient()
        request.auth_method = method
        return client

    def get_authorization_grant(self, request: Any) -> Code:
        """The only grant with a page. Errors: as Authlib's, which breaks on some texts in `response_type`."""
        client = self.query_client(request.payload.client_id or "")
        if client is None or not client.check_redirect_uri(request.payload.redirect_uri or ""):
            raise InvalidRequestError("The client or its redirect address is not known.")
        if request.payload.response_type != "code":
            raise UnsupportedResponseTypeError("that", redirect_uri=request.payload.redirect_uri)
        if fault := find_unmet_wish(request.payload.data):
            raise OAuth2Error(fault.text, error=fault.error, redirect_uri=request.payload.redirect_uri)
        grant = Code(request, self)
        S256(required=True)(grant)
        return grant

    def answer_token(self, asked: Asked) -> Answer:
        """RFC 6749 §3.2. What was burnt on the way stays burnt: the caller commits whatever the answer is."""
        fault = fault_in(asked)
        if not fault and any(name == "resource" for name, _ in asked.form):
            fault = OAuth2Error(NO_RESOURCE.text, error=NO_RESOURCE.error)
        if fault:
            return self.handle_error_response(None, fault)
        answer: Answer = self.create_token_response(asked)
        return answer

    def answer_endpoint(self, name: str, asked: Asked) -> Answer:
        """RFC 7009 and RFC 7662."""
        fault = fault_in(asked)
        if fault:
            return self.handle_error_response(None, fault)
        answer: Answer = self.create_endpoint_response(name, asked)
        return answer

    def examine(self, asked: Asked) -> "RegisteredClient | Answer | None":
        """Whether an authorization request is sound, before anybody is asked who they are.

        The client if it is; the way back to it with an error; None when there is no address to trust.
        """
        try:
            client: RegisteredClient = self.get_consent_grant(asked).request.client
            return client
        except OAuth2Error as error:
            plain = _plain(error)
        if not plain.redirect_uri:
            return None
        answer = self.handle_error_response(None, plain)
        answer.location = add_params_to_uri(answer.location, {"iss": self.settings.issuer})
        return answer

    def send_back(self, asked: Asked, person: Person) -> Answer | None:
        """The way back to the client with a code; None when the client may do nothing that this person may."""
        request = self.create_oauth2_request(asked)
        grant = self.get_authorization_grant(request)
        client = self.query_client(request.payload.client_id)
        if client is None or not _may_do_something(person, client.get_allowed_scope(request.payload.scope) or ""):
            return None
        answer: Answer = self.create_authorization_response(request, grant_user=person, grant=grant)
        return answer


def make_fault(status: int, error: str, description: str) -> Answer:
    """An answer as RFC 6749 §5.2 has it."""
    body = json.dumps({"error": error, "error_description": description})
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
    return Answer(body, status, headers)


def _keep_granted(held: SignInSession, scope: str) -> None:
    """All that tokens of the session were given so far: a refresh may ask for any of it again."""
    known, given = (held.granted or "").split(), scope.split()
    if not set(given) <= set(known):
        held.granted = " ".join(dict.fromkeys([*known, *given]))


def _may_do_something(person: Person, asked: str) -> bool:
    """Whether their roles give any of it; where only who they are was asked, there is nothing that roles would give."""
    wanted = set(asked.split()) - OPENID
    given = set(person.narrowed(asked).split())
    return bool(wanted & given) if wanted else bool(given)


def fault_in(asked: Asked) -> Any:
    """What is wrong with a request before anybody looks at what it asks, or None."""
    fields = [*asked.args, *asked.form]
    names = [name for name, _ in fields]
    if not asked.readable:
        return InvalidRequestError("The body should be a form: application/x-www-form-urlencoded.")
    once = [name for name in names if name != "resource"]  # the only one that may be repeated (RFC 8707)
    if len(set(once)) < len(once):
        return InvalidRequestError("A parameter is repeated.")
    if not all(PLAIN.fullmatch(name) and PLAIN.fullmatch(value) for name, value in fields if name != "token"):
        return InvalidRequestError("A parameter holds other characters than OAuth allows, or is too long.")
    return None


def _plain(error: Any) -> Any:
    """The error without what was sent: Authlib repeats it in two of them."""
    if isinstance(error, UnsupportedGrantTypeError):
        return OAuth2Error("This grant is not offered here.", error=error.error, status_code=400)
    if isinstance(error, UnsupportedResponseTypeError):
        return OAuth2Error(
            "Only the response type 'code' is offered here.",
            error=error.error,
            status_code=400,
            state=error.state,
            redirect_uri=error.redirect_uri,
        )
    return error


def read_offer(asked: Asked) -> Offered:
    """By what a client says that it is that client. Two ways at once are none."""
    form, header = dict(asked.form), asked.headers.get("authorization")
    form_id, form_secret = form.get("client_id"), form.get("client_secret")
    if "client_assertion" in form or "client_assertion_type" in form:
        one = assertions.read(form.get("client_assertion", ""))
        alone = header is None and form_secret is None and form.get("client_assertion_type") == assertions.KIND
        if one is None or not alone or form_id not in (None, one.client_id):
            return NOTHING
        return Offered(one.client_id, "private_key_jwt", assertion=one)
    if header is None:
        return Offered(form_id, "none" if form_secret is None else "client_secret_post", form_secret)
    kind, _, text = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return NOTHING
    name, secret = unquote_plus(name), unquote_plus(secret)
    if kind.lower() != "basic" or not colon or form_secret is not None or form_id not in (None, name):
        return NOTHING
    return Offered(name, "client_secret_basic", secret)


class _Nobody(RegisteredClient):
    def __init__(self) -> None:
        self.secrets, self.keys = [], []

    def audiences(self, issuer: str) -> tuple[str, ...]:
        return (issuer,)


NOBODY: RegisteredClient = _Nobody()
"""Whom an unknown client is checked against, so that time does not tell that it is unknown."""
