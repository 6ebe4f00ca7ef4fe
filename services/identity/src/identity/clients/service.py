"""Registering OAuth clients, and changing their secrets and keys without a gap."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
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
from identity.clients.keys import PublicJwk, algorithms_of
from identity.clients.schemas import (
    ClientChange,
    ClientKeyList,
    ClientKeyView,
    ClientRequest,
    ClientView,
    SecretView,
)
from identity.clients.secrets import digest_of, make_secret
from identity.events import ClientChanged
from identity.models import Client, Credential
from identity.problems import (
    ClientExists,
    ClientKeyExists,
    ClientKeyNotFound,
    LastSecret,
    PublicClient,
    ReservedScope,
    SecretNotFound,
    TwoSecretsLive,
)
from identity.revocations import service as revocations
from identity.sessions import service as sessions
from vocabulary.purposes import PURPOSES
from vocabulary.scopes import OPENID, RESERVED, SCOPES

Change = Literal[
    "registered", "changed", "enabled", "disabled", "secret-added", "secret-ended", "key-added", "key-ended"
]


@dataclass(frozen=True)
class Made:
    """What was written, and the secret, which is nowhere else."""

    written: Written
    secret: str | None


def register_client(
    session: Session,
    actor: Actor,
    service_code: str,
    request: ClientRequest,
    *,
    program: bool = False,
    secret: str | None = None,
) -> Made:
    """Register a client of a service, with this secret or one that is made here.

    Errors: ServiceNotFound, ClientExists, ReservedScope, RequestNotValid.
    """
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
        assertion_audience=request.assertion_audience,
    )
    try:
        with session.begin_nested():
            session.add(client)
    except IntegrityError:
        held = repository.find_client(session, request.client_id)
        if held is None:
            raise
        raise ClientExists(id=str(held.id)) from None
    made = None if client.public else _add_secret(session, client, secret)[1]
    record(session, actor, "client.registered", "client", client.client_id, scopes=client.scopes, grants=client.grants)
    _emit_change(session, client, service.code, "registered")
    return Made(Written(id=client.id, status=client.status, etag=etag(client.version)), made)


def change_client(session: Session, actor: Actor, client_id: UUID, request: ClientChange, match: Match) -> Written:
    """Change a client; disabling it ends its tokens, and the sessions that people have through it.

    What takes a scope or a purpose away ends the tokens that still say it.

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
    if "authorization_code" not in client.grants and not OPENID.isdisjoint(request.scopes or []):
        fault = Fault(
            pointer="/body/scopes",
            code="openid",
            detail="Does not fit the client's grants",
            fix="Leave out openid, profile and email: nobody signs in through this client.",
        )
        raise RequestNotValid(errors=[fault])
    before, loses = client.status, _loses(client, request)
    for name, value in given.items():
        setattr(client, name, value)
    if loses:
        revocations.end_client_tokens(session, client)
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
    _emit_change(session, client, agencies.get_standing(session, client.service_id)[0], kind)
    return Written(id=client.id, status=client.status, etag=etag(client.version))


def _loses(client: Client, request: ClientChange) -> bool:
    """Whether the client may do less after this change than before."""
    return (
        request.status == "disabled"
        or (request.scopes is not None and not set(client.scopes) <= set(request.scopes))
        or (request.purposes is not None and not set(client.purposes) <= set(request.purposes))
    )


def add_client_secret(session: Session, actor: Actor, client_id: UUID, secret: str | None = None) -> Made:
    """Give a client another secret, this one or one that is made here, so that it can change over.

    Errors: ClientNotFound, PublicClient, TwoSecretsLive.
    """
    client = _lock_confidential(session, client_id)
    row, made = _add_secret(session, client, secret)
    _record_change(session, actor, client, "secret-added", secret=str(row.id))
    return Made(Written(id=row.id, status="live"), made)


def end_client_secret(session: Session, actor: Actor, client_id: UUID, secret_id: UUID) -> Written:
    """End one of a client's secrets. Errors: ClientNotFound, SecretNotFound, LastSecret."""
    client = repository.lock_client(session, client_id)
    if not _end(session, client, "secret", secret_id):
        raise SecretNotFound()
    _record_change(session, actor, client, "secret-ended", secret=str(secret_id))
    return Written(id=secret_id, status="ended")


def drop_client_secret(session: Session, actor: Actor, client: Client, secret: Credential) -> None:
    """End a secret, even the last: the caller adds another in the same transaction."""
    repository.end_credential(session, client, "secret", secret.id, now())
    _record_change(session, actor, client, "secret-ended", secret=str(secret.id))


def add_client_key(session: Session, actor: Actor, client_id: UUID, request: PublicJwk) -> Written:
    """Let a client prove itself with a key of its own (RFC 7523).

    Errors: ClientNotFound, PublicClient, ClientKeyExists, TwoSecretsLive.
    """
    client = _lock_confidential(session, client_id)
    thumbprint, public = request.kept()
    if repository.had_key(session, client, thumbprint):
        raise ClientKeyExists()
    row = _add(session, client, kind="key", digest=thumbprint, public=public)
    _record_change(session, actor, client, "key-added", key=str(row.id), thumbprint=thumbprint)
    return Written(id=row.id, status="live")


def list_client_keys(session: Session, client_id: UUID) -> ClientKeyList:
    """A client's live keys, the oldest first. Errors: ClientNotFound."""
    client = repository.get_client(session, client_id)
    return ClientKeyList(
        items=[_key_view(row) for row in repository.list_credentials(session, [client.id]) if row.public]
    )


def end_client_key(session: Session, actor: Actor, client_id: UUID, key_id: UUID) -> Written:
    """End one of a client's keys. Errors: ClientNotFound, ClientKeyNotFound, LastSecret."""
    client = repository.lock_client(session, client_id)
    if not _end(session, client, "key", key_id):
        raise ClientKeyNotFound()
    _record_change(session, actor, client, "key-ended", key=str(key_id))
    return Written(id=key_id, status="ended")


def show_client(session: Session, client_id: UUID) -> tuple[ClientView, str]:
    """The client and its ETag. Errors: ClientNotFound."""
    client = repository.get_client(session, client_id)
    return _views(session, [client], agencies.get_standing(session, client.service_id)[0])[0], etag(client.version)


def list_clients(session: Session, service_code: str, after: str | None, limit: int) -> Page[ClientView]:
    """The clients of a service, by client id. Errors: ServiceNotFound, CursorNotValid."""
    service = agencies.get_service(session, service_code)
    position = read_cursor(after, "clients")
    rows = repository.list_clients(session, service.id, position[0] if position else None, limit + 1)
    views = _views(session, rows, service.code)
    return Page[ClientView].cut(views, limit, name="clients", position=lambda view: view.client_id)


def _lock_confidential(session: Session, client_id: UUID) -> Client:
    client = repository.lock_client(session, client_id)
    if client.public:
        raise PublicClient()
    return client


def _add_secret(session: Session, client: Client, given: str | None) -> tuple[Credential, str]:
    secret = given or make_secret()
    return _add(session, client, kind="secret", digest=digest_of(secret)), secret


def _add(session: Session, client: Client, **what: Any) -> Credential:
    taken = {row.slot for row in repository.list_credentials(session, [client.id])}
    row = Credential(client_id=client.id, slot=1 if 1 not in taken else 2, **what)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise TwoSecretsLive() from None
    return row


def _end(session: Session, client: Client, kind: str, credential_id: UUID) -> bool:
    """Whether there was such a live one. Errors: LastSecret."""
    if [row.id for row in repository.list_credentials(session, [client.id])] == [credential_id]:
        raise LastSecret()
    return repository.end_credential(session, client, kind, credential_id, now())


def _record_change(session: Session, actor: Actor, client: Client, change: Change, **details: str) -> None:
    # What it proves itself with is a part of it: whoever remembers the client sees that it is another version.
    repository.renew_version(session, client)
    record(session, actor, f"client.{change}", "client", client.client_id, **details)
    _emit_change(session, client, agencies.get_standing(session, client.service_id)[0], change)


def _check_scopes(scopes: Iterable[str], purposes: Iterable[str], program: bool) -> None:
    """Errors: RequestNotValid for what the vocabulary does not know; ReservedScope."""
    faults = [
        Fault(pointer=f"/body/{member}/{index}", code="not_known", detail=detail, fix="`GET /v1/roles` shows them.")
        for member, given, allowed, detail in (
            ("scopes", scopes, SCOPES, "There is no such scope"),
            ("purposes", purposes, PURPOSES, "There is no such purpose"),
        )
        for index, value in enumerate(given)
        if value not in allowed
    ]
    if faults:
        raise RequestNotValid(errors=faults)
    if not program and (reserved := set(scopes) & RESERVED):
        raise ReservedScope(scopes=sorted(reserved))


def _emit_change(session: Session, client: Client, service: str, change: Change) -> None:
    emit(session, ClientChanged(client=client.client_id, service=service, change=change))


def _views(session: Session, clients: list[Client], service: str) -> list[ClientView]:
    held: dict[UUID, list[Credential]] = {client.id: [] for client in clients}
    for row in repository.list_credentials(session, held):
        held[row.client_id].append(row)
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
            assertion_audience=client.assertion_audience,
            status=client.status,
            secrets=[SecretView(id=row.id, created_at=row.created_at) for row in held[client.id] if not row.public],
            keys=[_key_view(row) for row in held[client.id] if row.public],
        )
        for client in clients
    ]


def _key_view(row: Credential) -> ClientKeyView:
    public = row.public or {}
    return ClientKeyView(
        id=row.id,
        kid=public["kid"],
        thumbprint=row.digest,
        algorithms=list(algorithms_of(public)),
        created_at=row.created_at,
    )
