"""Signing in: the page, the password, the way back to the client with a code."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from urllib.parse import urlencode

import structlog
from starlette.responses import Response

from chassis import request_checks
from chassis.clock import now
from chassis.runtime import Runtime
from identity.keys.key_wrapping import KeyWrapping
from identity.keys.keyring import Keyring
from identity.models import User
from identity.sign_in import csrf, page, throttle
from identity.sign_in.page import WRONG, Fault
from identity.tokens.parties import Person
from identity.tokens.server import Asked, Fields, Server, fault_in
from identity.users import repository as users
from identity.users.passwords import Passwords
from identity.users.schemas import email_key

log = structlog.get_logger()
LONGEST = 200


@dataclass(frozen=True)
class Door:
    """What signing in needs of the running program."""

    runtime: Runtime
    keyring: Keyring
    wrapping: KeyWrapping
    passwords: Passwords


@dataclass(frozen=True)
class Wanted:
    """A sound authorization request: which client asks, and where the browser goes from here."""

    client: str
    client_name: str
    redirect_uri: str
    query: str


def show_sign_in_page(door: Door, asked: Asked, nonce: str) -> Response:
    """The form; or the way back to the client with an error; or a dead end when nobody knows the client."""
    wanted = _examine(door, asked)
    if isinstance(wanted, Response):
        return wanted
    return _form(door, wanted, nonce)


def sign_in(door: Door, asked: Asked, nonce: str) -> Response:
    """Check who it is, and send the browser back to the client with a code.

    Each step is a transaction of its own: the attempt is counted before the password is looked at, and the slow look
    at the password holds none open.
    """
    wanted = _examine(door, asked)
    if isinstance(wanted, Response):
        return wanted
    form = dict(asked.form)
    given, password = form.get("email", "").strip(), form.get("password", "")
    if not _as_the_page_made(asked.form):
        return _form(door, wanted, nonce, [Fault("The form did not come as it stands here. Fill it in again")], "", 422)
    if not csrf.is_good(door.wrapping.key_for("csrf"), form.get("csrf", ""), nonce, wanted.query):
        return _form(door, wanted, nonce, [Fault("The page was open for too long. Sign in again")], given, 422)
    if faults := _missing(given, password):
        return _form(door, wanted, nonce, faults, given, 422)

    settings = door.runtime.settings
    address = throttle.address_key(door.wrapping.key_for("failed sign-ins"), email_key(given))
    with door.runtime.write() as session:
        waits_until = throttle.take_attempt(session, address, settings)
    if waits_until is not None:
        return _wait(door, wanted, nonce, given, waits_until)
    with door.runtime.read() as session:
        user = users.find_by_email(session, email_key(given))
    held = user.password_hash if user else None
    right = door.passwords.check(password, held)
    if user is None or not right or user.status != "active":
        log.info("sign-in refused", client=wanted.client)
        return _form(door, wanted, nonce, WRONG, given, 422)
    renewed = door.passwords.hash(password) if door.passwords.outdated(user.password_hash) else None
    return _let_in(door, asked, user, held, renewed, address)


def _let_in(door: Door, asked: Asked, user: User, held: str | None, renewed: str | None, address: str) -> Response:
    with door.runtime.write() as session:
        throttle.clear(session, address)
        present = session.get_one(User, user.id)
        if present.status != "active" or present.password_hash != held:
            return page.dead_end("Your account has just been changed.")
        if renewed is not None:
            present.password_hash = renewed
        server = Server(session, door.runtime.settings, door.keyring)
        return server.send_back(_question(asked), Person(present)) or page.dead_end(
            "Your account has no role in this application. Ask your administrator.", 403
        )


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
    return Wanted(client.client_id, client.name, redirect_uri, urlencode(question.args))


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
