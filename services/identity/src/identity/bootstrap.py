"""`python -m identity.bootstrap --var var`: what must be there before anybody can sign in.

The first signing key, the council's programme service, the programs' own clients, the portal's, and the first
two platform administrators. Run it as often as you like: what is there stays, what is missing is made.

Secrets stand in files (`IDENTITY_SECRETS`, or `var/secrets`). Those that are there are taken as they are; a changed one
becomes the client's second, so that the programs may change over one by one. Those that are missing are made, readable
to their owner alone, before their digests are committed: a run that was cut off leaves files without effect, never
clients without a secret.
"""

import argparse
import json
import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.orm import Session

from chassis.migrations import migrate
from chassis.outbox import emit
from chassis.runtime import Runtime, make_runtime, running
from chassis.settings import write_private
from identity.agencies import repository as agencies
from identity.agencies import service as registry
from identity.agencies.schemas import AgencyRequest, ServiceRequest
from identity.audit.service import PLATFORM, record
from identity.clients import repository as clients
from identity.clients import service as client_service
from identity.clients.schemas import ClientRequest
from identity.clients.secrets import digest_of
from identity.directory import tell_untold
from identity.events import ClientChanged, ServiceRegistered
from identity.keys import service as keys
from identity.keys.key_wrapping import KeyWrapping, find_key_file
from identity.models import Base, Client
from identity.revocations.service import end_everything
from identity.roles.catalogue import scopes_of
from identity.settings import IdentitySettings
from identity.users import repository as users
from identity.users import service as user_service
from identity.users.passwords import Passwords
from identity.users.schemas import UserRequest, email_key
from identity.users.weak_passwords import is_weak, list_own_words
from vocabulary.programs import PROGRAMS, DeclaredProgram, address
from vocabulary.roles import ROLES
from vocabulary.scopes import OPENID

AGENCY = AgencyRequest(code="thornbury-council", name="Thornbury Council", kind="council")
SERVICE = ServiceRequest(code="programme", name="Think Family programme", sector="programme")
VERSIONS = Path(__file__).with_name("migrations") / "versions"
ADMINISTRATOR, SECOND_ADMINISTRATOR = "admin@thornbury.example", "second-admin@thornbury.example"

GOOD_SECRET = re.compile(r"[!-$&-*,-~]{32,500}")
"""Visible, and without % and +, which mean something else where a secret is sent (RFC 6749 §2.3.1)."""


class CannotBegin(Exception):
    """What must be mended by hand, in a line that names the file and holds nothing of it."""


@dataclass(frozen=True)
class Done:
    """What this run made; empty when all was there."""

    made: list[str]


def bootstrap(
    runtime: Runtime,
    *,
    gateway_url: str = address("gateway"),
    administrator: str | None = None,
    second_administrator: str | None = None,
) -> Done:
    """Make what is missing, on a store that is migrated."""
    settings: IdentitySettings = runtime.settings
    folder = _folder(settings)
    wrapping, passwords, made = _key_wrapping(settings.wrapping_key_path), Passwords(settings), list[str]()
    given = _given_administrators(folder / "admin.json", administrator, second_administrator)
    with runtime.read() as session:
        keys_of = [email_key(one.email) for one in given]
        known = [one for one in keys_of if users.find_by_email(session, one) is not None]
    first = _make_administrators(known, folder / "admin.json", passwords, given)
    with runtime.write() as session:
        if keys.ensure_key(session, PLATFORM, wrapping):
            made.append("signing key")
        _ensure_standing(session, made)
        for program in PROGRAMS.values():
            if program.has_client:
                _ensure_program(session, folder / f"{program.code}.secret", program, made)
        _ensure_portal(session, f"{gateway_url}/signed-in", made)
        for request, password in first:
            user_service.register_user(session, PLATFORM, request, password)
            made.append("administrator")
        if tell_untold(session):
            made.append("directory")
    return Done(made)


def _folder(settings: IdentitySettings) -> Path:
    """The folder of secrets. One that was given may be mounted, and for reading alone: its rights are not ours."""
    folder = settings.secrets_folder
    if settings.secrets is None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    elif not folder.is_dir():
        raise CannotBegin(f"{folder} is no folder")
    return folder


def _write(path: Path, text: str) -> None:
    try:
        write_private(path, text)
    except OSError:
        raise CannotBegin(f"{path} is missing, or not as it should be, and cannot be written") from None


def _key_wrapping(path: Path) -> KeyWrapping:
    path = find_key_file(path)
    try:
        return KeyWrapping.at(path)
    except OSError:
        raise CannotBegin(f"{path} is missing and cannot be written, or cannot be read") from None
    except ValueError:
        raise CannotBegin(f"{path} should hold 64 hexadecimal digits") from None


def _ensure_standing(session: Session, made: list[str]) -> None:
    if agencies.find_agency(session, AGENCY.code) is None:
        registry.register_agency(session, PLATFORM, AGENCY)
        made.append(f"agency {AGENCY.code}")
    service = agencies.find_service(session, SERVICE.code)
    if service is None:
        registry.register_service(session, PLATFORM, AGENCY.code, SERVICE)
        made.append(f"service {SERVICE.code}")
    elif service.sector != SERVICE.sector:  # an earlier release registered it as early help
        service.sector = SERVICE.sector
        record(session, PLATFORM, "service.changed", "service", service.code, AGENCY.code, fields=["sector"])
        told = ServiceRegistered(
            service=service.code, agency=AGENCY.code, sector=service.sector, since=service.created_at
        )
        emit(session, told)
        made.append(f"sector of {SERVICE.code}")


def _ensure_program(session: Session, path: Path, program: DeclaredProgram, made: list[str]) -> None:
    given, name = _given_secret(path), program.code
    client = clients.find_client(session, name)
    if client is None:
        request = ClientRequest(
            client_id=name,
            name=name.capitalize(),
            scopes=list(program.client_scopes),
            grants=["client_credentials"],
            purposes=list(program.client_purposes),
        )
        _check_secret(path, given)
        registered = client_service.register_client(
            session, PLATFORM, SERVICE.code, request, program=True, secret=given
        )
        if given is None:
            _write(path, registered.secret or "")
        made.append(f"client {name}")
        return
    _ensure_rights(session, client, program, made)
    live = clients.list_credentials(session, [client.id])
    if given is not None and digest_of(given) in {held.digest for held in live}:
        return
    _check_secret(path, given)
    held = [row for row in live if row.kind == "secret"]
    # A lost file: nobody has the old secret, so all live ones end. A new one: the one before stays, to change over.
    ends = held if given is None else held[: max(0, len(live) - 1)]
    if len(live) - len(ends) > 1:
        raise CannotBegin(f"{path} cannot be taken: the client {name} has two live keys; end one first")
    for row in ends:
        client_service.drop_client_secret(session, PLATFORM, client, row)
    replaced = client_service.add_client_secret(session, PLATFORM, client.id, given)
    if given is None:
        _write(path, replaced.secret or "")
    made.append(f"secret of {name}")


def _ensure_rights(session: Session, client: Client, program: DeclaredProgram, made: list[str]) -> None:
    """A program registered by an earlier release may do, and act for, what it is there for today."""
    scopes, purposes = sorted(program.client_scopes), list(program.client_purposes)
    if (client.scopes, client.purposes) == (scopes, purposes):
        return
    client.scopes, client.purposes = scopes, purposes
    record(session, PLATFORM, "client.changed", "client", client.client_id, AGENCY.code, fields=["purposes", "scopes"])
    emit(session, ClientChanged(client=client.client_id, service=SERVICE.code, change="changed"))
    made.append(f"rights of {client.client_id}")


def _given_secret(path: Path) -> str | None:
    try:
        return path.read_text().strip() if path.exists() else None
    except (OSError, ValueError):
        raise CannotBegin(f"{path} cannot be read") from None


def _check_secret(path: Path, given: str | None) -> None:
    if given is not None and not GOOD_SECRET.fullmatch(given):
        raise CannotBegin(f"{path} should hold a secret of 32 or more visible characters, without % and +")


def _ensure_portal(session: Session, redirect_uri: str, made: list[str]) -> None:
    """The client through which people sign in; it may do whatever some role may, and is told who signed in."""
    scopes = sorted({*scopes_of(ROLES), *OPENID})
    client = clients.find_client(session, "portal")
    if client is None:
        request = ClientRequest(
            client_id="portal",
            name="Think Family",
            scopes=scopes,
            grants=["authorization_code", "refresh_token"],
            redirect_uris=[redirect_uri],
            public=True,
        )
        client_service.register_client(session, PLATFORM, SERVICE.code, request)
        made.append("client portal")
        return
    if client.scopes == scopes and redirect_uri in client.redirect_uris:
        return
    client.scopes = scopes
    client.redirect_uris = list(dict.fromkeys([*client.redirect_uris, redirect_uri]))
    fields = ["redirect_uris", "scopes"]
    record(session, PLATFORM, "client.changed", "client", client.client_id, AGENCY.code, fields=fields)
    emit(session, ClientChanged(client=client.client_id, service=SERVICE.code, change="changed"))
    made.append("portal's addresses and scopes")


@dataclass(frozen=True)
class GivenAdministrator:
    """An administrator to begin with. Shape: without a password one is made."""

    email: str
    password: SecretStr | None = None


def _given_administrators(path: Path, email: str | None, second: str | None) -> list[GivenAdministrator]:
    """The first administrators: two, since one of them approves what the other asks for.

    Shape: one alone where the file was given and tells of no second; `email` and `second` are those of the command.
    """
    text = _given_secret(path)
    if text is None:
        return [GivenAdministrator(email or ADMINISTRATOR), GivenAdministrator(second or SECOND_ADMINISTRATOR)]
    try:
        held = json.loads(text)
        given = [_read_administrator(one) for one in ([held, held["second"]] if "second" in held else [held])]
    except (ValueError, TypeError, KeyError, RecursionError):
        wanted = 'an "email" and a "password" of 12 to 200 characters'
        raise CannotBegin(f'{path} should be a JSON object with {wanted}, and the same of a "second"') from None
    for one in given:
        if one.password and is_weak(one.password.get_secret_value(), list_own_words(one.email)):
            raise CannotBegin(f"A password in {path} has leaked elsewhere or is soon guessed; choose another one")
    wanted_emails = [email or given[0].email, second or (given[1].email if len(given) > 1 else None)]
    by_email = {email_key(one.email): one for one in given}
    return [by_email.get(email_key(one), GivenAdministrator(one)) for one in wanted_emails if one]


def _read_administrator(held: dict[str, str]) -> GivenAdministrator:
    request = UserRequest(
        email=held["email"],
        name="Platform administrator",
        service=SERVICE.code,
        roles=[],
        password=SecretStr(held["password"]),
    )
    return GivenAdministrator(request.email, request.password)


def _make_administrators(
    known: Collection[str], path: Path, passwords: Passwords, given: Sequence[GivenAdministrator]
) -> list[tuple[UserRequest, user_service.Hashed]]:
    """Those who are not known yet; who finds the file of a run that was cut off gets the passwords that stand in it."""
    made, told = list[tuple[UserRequest, user_service.Hashed]](), list[dict[str, Any]]()
    for one in given:
        told.append({"email": one.email, "password": one.password.get_secret_value() if one.password else None})
        if email_key(one.email) in known:
            continue
        password = user_service.hash_password(passwords, one.password)
        told[-1]["password"] = password.made or told[-1]["password"]
        request = UserRequest(
            email=one.email, name="Platform administrator", service=SERVICE.code, roles=["platform_administrator"]
        )
        made.append((request, password))
    if any(password.made for _, password in made):
        first, second = [*(one for one in told if one["password"]), None][:2]
        _write(path, json.dumps((first or {}) | ({"second": second} if second else {}), indent=2) + "\n")
    return made


def end_all_tokens(runtime: Runtime) -> None:
    """A store that was put back does not know what was ended since the backup was made, so nothing of then is good."""
    with runtime.write() as session:
        end_everything(session)
        record(session, PLATFORM, "tokens.ended", "session", "all", None)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="identity.bootstrap", description="Make what must be there to begin with.")
    parser.add_argument("--var", type=Path, help="where the embedded profile keeps its files")
    parser.add_argument("--gateway-url", default=address("gateway"), help="where people come back to after signing in")
    parser.add_argument("--administrator", help="the first administrator's email address, if `admin.json` names none")
    parser.add_argument(
        "--second-administrator", help="the email address of another one, who approves what they ask for"
    )
    parser.add_argument("--end-all-tokens", action="store_true", help="after the store was put back from a backup")
    chosen = parser.parse_args(arguments)
    settings = IdentitySettings.with_prefix(**({"var": chosen.var} if chosen.var else {}))
    with running(make_runtime(settings)) as runtime:
        migrate(runtime, VERSIONS, Base.metadata)
        try:
            done = bootstrap(
                runtime,
                gateway_url=chosen.gateway_url,
                administrator=chosen.administrator,
                second_administrator=chosen.second_administrator,
            )
        except CannotBegin as why:
            print(f"identity: {why}", file=sys.stderr)
            return 1
        if chosen.end_all_tokens:
            end_all_tokens(runtime)
            print("identity: all tokens of before are over; new ones are good in two seconds")
    print(f"identity: made {', '.join(done.made)}" if done.made else "identity: all was there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
