"""Who calls. The agency comes from the verified token, never from what the request says of itself."""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, Header, Request

from chassis.access_tokens import AccessToken, TokenNotGood, check_token, name_key, read_token
from chassis.jose import LONGEST
from chassis.problems import (
    CallerNotVerified,
    Fault,
    NotAllowed,
    NotSignedIn,
    PersonNeeded,
    PurposeNeeded,
    PurposeNotAllowed,
    RequestNotValid,
    Unavailable,
)
from chassis.revocations import RevocationList, marks_of, no_revocations
from chassis.telemetry import bind_caller

REMEMBERED = 10_000


GROUND = r"[a-z][a-z_]{0,39} [!-~]{1,100}"


@dataclass(frozen=True)
class Ground:
    """On what a request rests that does not rest on the caller's everyday role. Example: `enquiry 0190…`.

    Nothing is believed of it here: whoever takes it checks that it holds, and whom it is about.
    """

    kind: str
    reference: str


@dataclass(frozen=True)
class Caller:
    """Who asks, as the token says. `service` is the recipient in agreements; `subject` a client or a user.

    `ground` is no part of the token: a route that takes one adds what the request states (`on_ground`). Nor is
    `sector`, which is what this program itself knows of the service, where it keeps a directory.
    """

    subject: str
    client: str
    agency: str
    service: str
    roles: frozenset[str]
    areas: frozenset[str]
    scopes: frozenset[str]
    purposes: tuple[str, ...]
    is_person: bool
    token: str
    deputy_for: str | None = None
    """The officer whose work a deputy does; None for who acts in their own right."""
    ground: Ground | None = None
    sector: str | None = None

    def __repr__(self) -> str:
        return f"Caller({self.subject} of {self.service})"  # a token must not stand in a traceback


@dataclass(frozen=True)
class Checked:
    """A token that was good when it was checked. Units: seconds since 1970. Shape: `marks` are those of revocations."""

    ends: float
    caller: Caller
    issued_at: float
    marks: tuple[str, ...]


class Verifier:
    """Checks access tokens (RFC 9068). Remembers those that it checked until they expire, or are ended before.

    Units: `longest_life` in seconds, how long a token is believed whatever it says of its end.
    """

    def __init__(
        self, keys: Any, issuer: str, audience: str, longest_life: float, revocations: RevocationList | None = None
    ) -> None:
        self._keys, self._issuer, self._audience, self._longest_life = keys, issuer, audience, longest_life
        self._revocations = revocations or no_revocations()
        self._checked: OrderedDict[bytes, Checked] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        """Errors: NotSignedIn, the same whatever is wrong with the token; Unavailable while nobody can say whether
        anything is: identity's keys were never reached, or what it has ended was not heard for too long.
        """
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        held = self._checked.get(digest)
        if held is None or held.ends <= time.time():
            held = await self._check(token)
            self._checked[digest] = held
            if len(self._checked) > REMEMBERED:
                self._checked.popitem(last=False)
        if not self._revocations.is_current():  # any token may be over; what is plainly none was refused before
            raise Unavailable()
        if self._revocations.stops(held.marks, held.issued_at):
            raise NotSignedIn()
        return held.caller

    async def _check(self, token: str) -> "Checked":
        try:
            shown = read_token(token)
            kid = name_key(shown)
            key = self._keys.find_key(kid) or await to_thread.run_sync(self._keys.fetch, kid)
            if key is None:
                raise NotSignedIn()
            said = check_token(
                shown,
                key,
                issuer=self._issuer,
                audience=self._audience,
                longest_life=self._longest_life,
                at=time.time(),
            )
        except TokenNotGood:
            raise NotSignedIn() from None
        marks = marks_of(said.jti, said.sid, said.client_id, kid)
        return Checked(said.ends(self._longest_life), _caller_of(said, token), said.iat, marks)


def _caller_of(said: AccessToken, token: str) -> Caller:
    return Caller(
        subject=said.sub,
        client=said.client_id,
        agency=said.agency,
        service=said.service,
        roles=frozenset(said.roles),
        areas=frozenset(said.areas),
        scopes=frozenset(said.scope.split()),
        purposes=tuple(said.purposes),
        is_person=said.sub != said.client_id,
        token=token,
        deputy_for=said.deputy_for,
    )


async def _recognise(request: Request, token: str) -> Caller:
    """The caller of a token; with no more roles than this program's directory lets their service hold, where it keeps
    one (`Program.recognise`). Errors: NotSignedIn."""
    verifier: Verifier = request.app.state.verifier
    caller = await verifier.caller(token)
    recognise: Callable[[Caller], Awaitable[Caller]] | None = getattr(request.app.state, "recognise", None)
    return await recognise(caller) if recognise else caller


async def signed_in(request: Request, authorization: Annotated[str | None, Header()] = None) -> Caller:
    """The caller, whatever the token allows. Errors: NotSignedIn."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise NotSignedIn(token_shown=False)
    # Of two tokens each program on the way might check the other one.
    alone = len(request.headers.getlist("authorization")) == 1
    if len(token) > LONGEST or not alone:
        raise NotSignedIn()
    caller = await _recognise(request, token.strip(" "))
    bind_caller(caller.client, caller.service)
    return caller


SignedIn = Annotated[Caller, Depends(signed_in)]


async def forwarded_caller(
    request: Request, program: SignedIn, caller_token: Annotated[str | None, Header()] = None
) -> Caller | None:
    """Whose token a program forwards beside its own (`ServiceClient`, `on_behalf_of`); None where it forwards none.

    A program that asks for somebody shows their token, and says nothing of them by itself: what it says could be
    anybody. Errors: CallerNotVerified, the same whatever is wrong with the token.
    """
    if caller_token is None:
        return None
    if len(request.headers.getlist("caller-token")) != 1 or len(caller_token) > LONGEST:
        raise CallerNotVerified()
    try:
        caller = await _recognise(request, caller_token)
    except NotSignedIn:
        raise CallerNotVerified() from None
    if caller.client == program.client:
        raise CallerNotVerified()
    return caller


ForwardedCaller = Annotated[Caller | None, Depends(forwarded_caller)]


async def on_behalf_of(caller: ForwardedCaller) -> Caller:
    """For whom a program asks, by the token that it forwards. Errors: CallerNotVerified."""
    if caller is None:
        raise CallerNotVerified()
    return caller


OnBehalfOf = Annotated[Caller, Depends(on_behalf_of)]


def require(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets in callers with this scope. Errors: NotSignedIn, NotAllowed."""

    async def check(caller: SignedIn) -> Caller:
        if scope not in caller.scopes:
            raise NotAllowed(scope)
        return caller

    check.scope = scope  # type: ignore[attr-defined]  # the house test reads it from each route
    return check


def check_person(caller: Caller) -> None:
    """Some acts are a person's, who answers for them, whatever scope was granted to a client. Errors: PersonNeeded."""
    if not caller.is_person:
        raise PersonNeeded()


def require_person(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets in people with this scope, no client. Errors: NotSignedIn, NotAllowed, PersonNeeded."""
    allowed = require(scope)

    async def check(caller: Annotated[Caller, Depends(allowed)]) -> Caller:
        check_person(caller)
        return caller

    return check


NO_GROUND = Fault(
    pointer="/header/ground",
    code="no_ground",
    detail="Should be the kind of a ground and its reference, with a space between them",
    fix="Write it like `enquiry 01938b5c-7d3e-7cc1-8000-0123456789ab`.",
)


def check_ground(ground: str) -> str:
    """What is said to be a ground. Errors: RequestNotValid where it is not written like one."""
    if not re.fullmatch(GROUND, ground):
        raise RequestNotValid(errors=[NO_GROUND])
    return ground


def on_ground(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets in callers with this scope, with the ground that the request states, where it does.

    Errors: NotSignedIn, NotAllowed, RequestNotValid.
    """
    allowed = require(scope)

    async def check(
        caller: Annotated[Caller, Depends(allowed)], ground: Annotated[str | None, Header()] = None
    ) -> Caller:
        if ground is None:
            return caller
        kind, _, reference = check_ground(ground).partition(" ")
        return replace(caller, ground=Ground(kind, reference))

    return check


async def stated_purpose(request: Request, caller: SignedIn, purpose: Annotated[str | None, Header()] = None) -> str:
    """For what the caller asks: the header, or the only purpose that they may have, beside those that are always stated
    (`Program.stated_purposes`). Errors: PurposeNeeded, …Allowed."""
    if purpose is not None:
        if purpose not in caller.purposes:
            raise PurposeNotAllowed()
        return purpose
    always_stated: frozenset[str] = getattr(request.app.state, "stated_purposes", frozenset())
    usual = [one for one in caller.purposes if one not in always_stated]
    if len(usual) == 1:
        request.state.purpose = usual[0]
        return usual[0]
    if not caller.purposes:
        raise PurposeNotAllowed()
    raise PurposeNeeded()


StatedPurpose = Annotated[str, Depends(stated_purpose)]
