"""Registering OAuth clients, and changing their secrets without a gap."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chassis.clock import now
from chassis.etag import Match, etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid, Stale
from chassis.schemas import Written
from identity.agencies import repository as agencies
from identity.audit.service import Actor, record
from identity.clients import repository
from identity.clients.schemas import ClientChange, ClientRequest, ClientView, SecretView
from identity.clients.secrets import digest_of, make_secret
from identity.events import ClientChanged
from identity.models import Client, ClientSecret
from identity.problems import ClientExists, LastSecret, PublicClient, ReservedScope, SecretNotFound, TwoSecretsLive
from identity.roles.catalogue import catalogue
from identity.tokens import sessions

Change = Literal["registered", "changed", "enabled", "disabled", "secret-added", "secret-ended"]


@dataclass(frozen=True)
class Made:
    """What was written, and the secret, which is nowhere else."""

    written: Written
    secret: str | None


def register(
    session: Session, actor: Actor, service_code: str, request: ClientRequest, *, program: bool = False
) -> Made:
    """Register a client of a service. Errors: ServiceNotFound, ClientExists, ReservedScope, RequestNotValid."""
    service = agencies.get_service(session, service_code)
    _check_scopes(request.scopes, request.purposes, program)
    client = Client(
        client_id=request.client_id,
        service_id=service.id,
        name=request.name,
        scopes=sorted(set(request.scopes)),
        purposes=list(dict.fromkeys(request.purposes)),
        grants=sorted(set(request.grants)),
        redirect_uris=request.redirect_uris,
        public=request.public,
        program=program,
    )
    try:
        with session.begin_nested():
            session.add(client)
    except IntegrityError:
        held = repository.find_client(session, request.client_id)
        if held is None:
            raise
        raise ClientExists(id=str(held.id)) from None
    secret = None if client.public else _add_secret(session, client)[1]
    record(session, actor, "client.registered", "client", client.client_id, scopes=client.scopes, grants=client.grants)
    _tell(session, client, service.code, "registered")
    return Made(Written(id=client.id, status=client.status, etag=etag(client.version)), secret)


def change(session: Session, actor: Actor, client_id: UUID, request: ClientChange, match: Match) -> Written:
    """Change a client; disabling it ends the sessions that people have through it.

    Errors: ClientNotFound, Stale, ReservedScope, RequestNotValid.
    """
    client = repository.get_client(session, client_id)
    match.check(client.version)
    given = request.model_dump(exclude_none=True)
    _check_scopes(request.scopes or [], request.purposes or [], client.program)
    if "redirect_uris" in given and ("authorization_code" in client.grants) != bool(given["redirect_uris"]):
        fault = Fault(
            pointer="/body/redirect_uris",
            code="redirects",
            detail="Does not fit the client's grants",
            fix="Give redirect addresses to clients through which people sign in, and to no others.",
        )
        raise RequestNotValid(errors=[fault])
    before = client.status
    for name, value in given.items():
        setattr(client, name, value)
    try:
        session.flush()
    except StaleDataError:  # somebody else's change was committed between our reading and our writing
        raise Stale() from None
    if client.status == before:
        kind: Change = "changed"
    else:
        kind = "disabled" if client.status == "disabled" else "enabled"
        if kind == "disabled":
            sessions.end_all(session, actor, "client_disabled", client=client)
    record(session, actor, f"client.{kind}", "client", client.client_id, fields=sorted(given), scopes=client.scopes)
    _tell(session, client, agencies.get_standing(session, client.service_id)[0], kind)
    return Written(id=client.id, status=client.status, etag=etag(client.version))


def add_secret(session: Session, actor: Actor, client_id: UUID) -> Made:
    """Give a client its second secret, so that it can change over.

    Errors: ClientNotFound, PublicClient, TwoSecretsLive.
    """
    client = repository.get_client(session, client_id)
    if client.public:
        raise PublicClient()
    row, secret = _add_secret(session, client)
    record(session, actor, "client.secret-added", "client", client.client_id, secret=str(row.id))
    _tell(session, client, agencies.get_standing(session, client.service_id)[0], "secret-added")
    return Made(Written(id=row.id, status="live"), secret)


def end_secret(session: Session, actor: Actor, client_id: UUID, secret_id: UUID) -> Written:
    """End one of a client's two secrets. Errors: ClientNotFound, SecretNotFound, LastSecret."""
    client = repository.get_client(session, client_id)
    live = [secret.id for secret in repository.list_secrets(session, [client.id])]
    if live == [secret_id]:
        raise LastSecret()
    if not repository.end_secret(session, client, secret_id, now()):
        raise SecretNotFound()
    record(session, actor, "client.secret-ended", "client", client.client_id, secret=str(secret_id))
    _tell(session, client, agencies.get_standing(session, client.service_id)[0], "secret-ended")
    return Written(id=secret_id, status="ended")


def show(session: Session, client_id: UUID) -> tuple[ClientView, str]:
    """The client and its ETag. Errors: ClientNotFound."""
    client = repository.get_client(session, client_id)
    return _views(session, [client], agencies.get_standing(session, client.service_id)[0])[0], etag(client.version)


def list_clients(session: Session, service_code: str, after: str | None, limit: int) -> Page[ClientView]:
    """The clients of a service, by client id. Errors: ServiceNotFound, CursorNotValid."""
    service = agencies.get_service(session, service_code)
    place = read_cursor(after, "clients")
    rows = repository.list_clients(session, service.id, place[0] if place else None, limit + 1)
    views = _views(session, rows, service.code)
    return Page[ClientView].cut(views, limit, name="clients", place=lambda view: view.client_id)


def _add_secret(session: Session, client: Client) -> tuple[ClientSecret, str]:
    taken = {secret.slot for secret in repository.list_secrets(session, [client.id])}
    secret = make_secret()
    row = ClientSecret(client_id=client.id, slot=1 if 1 not in taken else 2, digest=digest_of(secret))
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise TwoSecretsLive() from None
    return row, secret


def _check_scopes(scopes: Iterable[str], purposes: Iterable[str], program: bool) -> None:
    """Errors: RequestNotValid for what the catalogue does not know; ReservedScope."""
    known = catalogue()
    faults = [
        Fault(pointer=f"/body/{member}/{place}", code="not_known", detail=detail, fix="`GET /v1/roles` shows them.")
        for member, given, allowed, detail in (
            ("scopes", scopes, known.scopes, "There is no such scope"),
            ("purposes", purposes, known.purposes, "There is no such purpose"),
        )
        for place, value in enumerate(given)
        if value not in allowed
    ]
    if faults:
        raise RequestNotValid(errors=faults)
    if not program and (reserved := set(scopes) & known.reserved):
        raise ReservedScope(scopes=sorted(reserved))


def _tell(session: Session, client: Client, service: str, change: Change) -> None:
    emit(session, ClientChanged(client=client.client_id, service=service, change=change))


def _views(session: Session, clients: list[Client], service: str) -> list[ClientView]:
    secrets = repository.list_secrets(session, [client.id for client in clients])
    return [
        ClientView(
            id=client.id,
            client_id=client.client_id,
            service=service,
            name=client.name,
            scopes=client.scopes,
            purposes=client.purposes,
            grants=client.grants,
            redirect_uris=client.redirect_uris,
            public=client.public,
            status=client.status,
            secrets=[
                SecretView(id=secret.id, created_at=secret.created_at)
                for secret in secrets
                if secret.client_id == client.id
            ],
        )
        for client in clients
    ]
