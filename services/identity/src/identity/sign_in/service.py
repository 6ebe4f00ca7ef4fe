"""Signing in: the page, the password, the way back to the client with a code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import ceil
from urllib.parse import urlencode

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from chassis import request_checks
from chassis.clock import now
from chassis.limiting import Limiter, Taken, headers_of
from chassis.runtime import Runtime
from identity.agencies.repository import find_agency_of_user
from identity.audit.service import Actor, record
from identity.keys.key_wrapping import KeyWrapping
from identity.keys.keyring import Keyring
from identity.models import User
from identity.settings import IdentitySettings
from identity.sign_in import csrf, devices, page, throttle
from identity.sign_in.page import WRONG, Fault
from identity.sign_in.throttle import UnderWay
from identity.tokens.parties import Person
from identity.tokens.server import Asked, Fields, Server, fault_in
from identity.users import repository as users
from identity.users.passwords import Passwords, PasswordsBusy
from identity.users.schemas import email_key

log = structlog.get_logger()
LONGEST = 200
LOOKERS, WRITERS = 4, 2
"""Threads, each with a connection at most."""


@dataclass
class Door:
    """What signing in needs of the running program, and how many are in it.

    It has threads of its own, few, since what strangers send must keep nobody else waiting.
    """

    runtime: Runtime
    keyring: Keyring
    wrapping: KeyWrapping
    passwords: Passwords
    limiter: Limiter
    under_way: UnderWay = field(default_factory=UnderWay)
    looking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(LOOKERS))
    writing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WRITERS))
    inside: int = 0

    @property
    def settings(self) -> IdentitySettings:
        settings: IdentitySettings = self.runtime.settings
        return settings

    @contextmanager
    def entered(self, most: int) -> Iterator[bool]:
        """Whether there was room for one more; those inside wait for threads, and all are held in memory."""
        if self.inside >= most:
            yield False
            return
        self.inside += 1
        try:
            yield True
        finally:
            self.inside -= 1


@dataclass(frozen=True)
class Visit:
    """Who comes, beside what they ask. Shape: `nonce` and `devices` are cookies, `source` an address."""

    nonce: str
    devices: str | None
    source: str


@dataclass(frozen=True)
class Wanted:
    """A sound authorization request: which client asks, of which agency, and where the browser goes from here."""

    client: str
    client_name: str
    agency: str
    redirect_uri: str
    query: str


@dataclass(frozen=True)
class Outcome:
    """The answer, and the cookie by which the device is known from now on, where somebody has signed in."""

    answer: Response
    devices: str | None = None


@dataclass(frozen=True)
class _Attempt:
    """Somebody's try at an address.

    Shape: `device` where it is known there, `rows` what a failure counts under, `digest` the address in the audit.
    """

    wanted: Wanted
    email: str
    password: str
    device: str | None
    rows: list[throttle.Row]
    digest: str


async def show_sign_in_page(door: Door, asked: Asked, visit: Visit) -> Response:
    """The form; or the way back to the client with an error; or a dead end when nobody knows the client."""
    with door.entered(_room_for(door, visit)) as has_room:
        if not has_room:
            return _busy()
        wanted = await to_thread.run_sync(_examine, door, asked, limiter=door.looking)
    return wanted if isinstance(wanted, Response) else _form(door, wanted, visit.nonce)


async def sign_in(door: Door, asked: Asked, visit: Visit) -> Outcome:
    """Check who it is, and send the browser back to the client with a code.

    Each step is a transaction of its own, and the slow look at the password waits in a queue of its own and holds none
    open. Whoever comes with a device that is known is kept waiting by no stranger.
    """
    taken = [door.limiter.take("sign_in_source", visit.source)]
    with door.entered(_room_for(door, visit)) as has_room:
        if taken[0].refused:
            outcome = Outcome(_too_many(taken[0]))
        elif not has_room:
            outcome = Outcome(_busy())
        else:
            outcome = await _sign_in(door, asked, visit, taken)
    outcome.answer.headers.update(headers_of(taken))
    return outcome


async def _sign_in(door: Door, asked: Asked, visit: Visit, taken: list[Taken]) -> Outcome:
    wanted = await to_thread.run_sync(_examine, door, asked, limiter=door.looking)
    if isinstance(wanted, Response):
        return Outcome(wanted)
    attempt = _read_attempt(door, asked, visit, wanted)
    if isinstance(attempt, Response):
        return Outcome(attempt)
    if attempt.device is None:
        taken += [
            door.limiter.take("sign_in_client", wanted.client),
            door.limiter.take("sign_in_agency", wanted.agency),
        ]
        if spent := [one for one in taken if one.refused]:
            return Outcome(_too_many(spent[0]))
    with door.under_way.attempt(attempt.rows) as under_way:
        return await _try(door, asked, visit, attempt, under_way)


async def _try(door: Door, asked: Asked, visit: Visit, attempt: _Attempt, under_way: list[int]) -> Outcome:
    nonce, wanted = visit.nonce, attempt.wanted
    user, waits_until = await to_thread.run_sync(_look_up, door, attempt, under_way, limiter=door.looking)
    if waits_until is not None:
        return Outcome(_wait(door, wanted, nonce, attempt.email, waits_until))
    held = user.password_hash if user else None
    try:
        right, renewed = await door.passwords.in_queue(
            partial(_check, door.passwords, attempt.password, held), known=attempt.device is not None
        )
    except PasswordsBusy:
        return Outcome(_busy())
    if user is None or held is None or not right or user.status != "active":
        log.info("sign-in refused", client=wanted.client)
        await to_thread.run_sync(_record_failure, door, attempt, user, limiter=door.writing)
        return Outcome(_form(door, wanted, nonce, WRONG, attempt.email, 422))
    answer = await to_thread.run_sync(_let_in, door, asked, attempt, user, held, renewed, limiter=door.writing)
    key = door.wrapping.key_for("known devices")
    return Outcome(answer, devices.add_device(key, visit.devices, email_key(attempt.email)))


def _read_attempt(door: Door, asked: Asked, visit: Visit, wanted: Wanted) -> _Attempt | Response:
    form, nonce = dict(asked.form), visit.nonce
    given, password = form.get("email", "").strip(), form.get("password", "")
    if not _as_the_page_made(asked.form):
        return _form(door, wanted, nonce, [Fault("The form did not come as it stands here. Fill it in again")], "", 422)
    if not csrf.is_good(door.wrapping.key_for("csrf"), form.get("csrf", ""), nonce, wanted.query):
        return _form(door, wanted, nonce, [Fault("The page was open for too long. Sign in again")], given, 422)
    if faults := _missing(given, password):
        return _form(door, wanted, nonce, faults, given, 422)
    key, address = door.wrapping.key_for("known devices"), email_key(given)
    device = devices.find_device(key, visit.devices, address, door.settings.device_known)
    counted = door.wrapping.key_for("failed sign-ins")
    rows = throttle.rows_of(counted, address, visit.source, device, door.settings)
    return _Attempt(wanted, given, password, device, rows, throttle.digest_address(counted, address))


def _look_up(door: Door, attempt: _Attempt, under_way: list[int]) -> tuple[User | None, datetime | None]:
    with door.runtime.read() as session:
        waits_until = throttle.find_wait(session, attempt.rows, under_way, door.settings)
        return users.find_by_email(session, email_key(attempt.email)), waits_until


def _check(passwords: Passwords, password: str, held: str | None) -> tuple[bool, str | None]:
    right = passwords.check(password, held)
    return right, passwords.renew(password, held) if right and held else None


def _record_failure(door: Door, attempt: _Attempt, user: User | None) -> None:
    """Count it, and note it: at an account by its id, at an address that nobody has by a digest.

    Who typed a password into the field for the address, or a colleague's, is named by no entry.
    """
    kind, known = ("address", attempt.digest) if user is None else ("user", str(user.id))
    with door.runtime.write() as session:
        throttle.record_failure(session, attempt.rows, door.settings)
        agency = find_agency_of_user(session, user.id) if user else None
        record(session, Actor("nobody", attempt.wanted.client), "sign_in.failed", kind, known, agency)


def _let_in(door: Door, asked: Asked, attempt: _Attempt, user: User, held: str, renewed: str | None) -> Response:
    with door.runtime.write() as session:
        throttle.clear(session, attempt.rows)
        present = session.get_one(User, user.id)
        if present.status != "active" or present.password_hash != held:
            return page.dead_end("Your account has just been changed.")
        if renewed is not None:
            present.password_hash = renewed
        server = Server(session, door.runtime.settings, door.keyring)
        return server.send_back(_question(asked), Person(present)) or page.dead_end(
            "Your account has no role in this application. Ask your administrator.", 403
        )


def _room_for(door: Door, visit: Visit) -> int:
    """Whoever has a cookie of ours finds as much room again beside all strangers."""
    known = devices.is_ours(door.wrapping.key_for("known devices"), visit.devices)
    return door.settings.sign_ins_at_once * (2 if known else 1)


def _busy() -> Response:
    answer = page.dead_end("Many are signing in at this moment. Wait a few seconds and try again.", 503)
    answer.headers["Retry-After"] = "5"
    log.warning("sign-in has no room")
    return answer


def _too_many(taken: Taken) -> Response:
    log.info("sign-in limited", limit=taken.name)
    return page.dead_end(f"Too many tried to sign in here. Wait {taken.seconds} seconds and try again.", 429)


def _examine(door: Door, asked: Asked) -> Wanted | Response:
    """Whether the authorization request is sound, before anybody is asked who they are."""
    question = _question(asked)
    if fault_in(question) is not None or not asked.readable:
        return page.dead_end("The application sent a request that cannot be read.")
    with door.runtime.read() as session:
        found = Server(session, door.runtime.settings, door.keyring).examine(question)
    if found is None:
        return page.dead_end(
            "The application is not known here, or sent an address to come back to that is not its own."
        )
    if isinstance(found, Response):
        return found
    client, redirect_uri = found.row, dict(question.args)["redirect_uri"]
    return Wanted(client.client_id, client.name, found.standing[1], redirect_uri, urlencode(question.args))


def _question(asked: Asked) -> Asked:
    """What the client asked, without what the person filled in."""
    return Asked("GET", asked.path, asked.headers, asked.args)


def _as_the_page_made(form: Fields) -> bool:
    """No field stands twice, and none holds what no browser lets anybody fill in and no store takes.

    What is no UTF-8, half surrogates with it, was no form for `asked`. A password is held to what one may be made of.
    """
    names = [name for name, _ in form]
    unfit = any(request_checks.CONTROL.search(name) or _unfit(value, name == "password") for name, value in form)
    return len(set(names)) == len(names) and not unfit


def _unfit(value: str, secret: bool) -> bool:
    return "\0" in value if secret else request_checks.CONTROL.search(value.strip()) is not None


def _missing(email: str, password: str) -> list[Fault]:
    faults = []
    if not email or len(email) > LONGEST:
        faults.append(Fault("Enter your email address", "email"))
    if not password or len(password) > LONGEST:
        faults.append(Fault("Enter your password", "password"))
    return faults


def _wait(door: Door, wanted: Wanted, nonce: str, email: str, until: datetime) -> Response:
    """Too many failures in a row, at an address that somebody has or nobody: the page does not know."""
    seconds = max(1, ceil((until - now()).total_seconds()))
    minutes = ceil(seconds / 60)
    text = f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''} and try again"
    answer = _form(door, wanted, nonce, [Fault(text)], email, 429)
    answer.headers["Retry-After"] = str(seconds)
    log.info("sign-in has to wait", client=wanted.client)
    return answer


def _form(
    door: Door, wanted: Wanted, nonce: str, faults: list[Fault] | None = None, email: str = "", status: int = 200
) -> Response:
    token = csrf.make_token(door.wrapping.key_for("csrf"), nonce, wanted.query)
    return page.sign_in(
        client=wanted.client_name,
        csrf=token,
        redirect_uri=wanted.redirect_uri,
        email=email,
        faults=faults,
        status=status,
    )
