"""Registering OAuth clients, and changing their secrets and keys without a gap."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chassis.clock import now
from chassis.db import new_id
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
from identity.models import Approval, Client, Credential
from identity.problems import (
    ApprovalOutdated,
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
from identity.two_people.service import WAITING, acts_alone, ask_for_approval
from vocabulary.purposes import PURPOSES
from vocabulary.scopes import ALONE, OPENID, RESERVED, SCOPES

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

    It begins without the scopes that wait for another administrator.
    Errors: ServiceNotFound, ClientExists, ReservedScope, RequestNotValid, PersonNeeded.
    """
    service = agencies.get_service(session, service_code)
    _check_scopes(request.scopes, request.purposes, program)
    agency = agencies.get_standing(session, service.id)[1]
    waits = bool(_list_wide(request.scopes)) and not acts_alone(actor)
    client = Client(
        client_id=request.client_id,
        service_id=service.id,
        name=request.name,
        scopes=sorted(set(request.scopes) & ALONE if waits else set(request.scopes)),
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
    details = {"scopes": client.scopes, "grants": client.grants}
    record(session, actor, "client.registered", "client", client.client_id, agency, **details)
    _emit_change(session, client, service.code, "registered")
    if waits:
        asked = {"scopes": sorted(set(request.scopes))}
        ask_for_approval(session, actor, "client", client.id, agency, asked, _held_of(client))
    return Made(Written(id=client.id, status=WAITING if waits else client.status, etag=etag(client.version)), made)


def change_client(session: Session, actor: Actor, client_id: UUID, request: ClientChange, match: Match) -> Written:
    """Change a client; disabling it ends its tokens, and the sessions that people have through it.

    What takes a scope or a purpose away ends the tokens that still say it. What lets a client of wide scopes do more,
    or have people come back to another address, waits for another administrator, and with it all but the name.

    Errors: ClientNotFound, Stale, ReservedScope, RequestNotValid, PersonNeeded.
    """
    client = repository.get_client(session, client_id)
    match.check(client.version)
    _check_change(client, request)
    if not acts_alone(actor) and _gives_reach(client, request):
        if request.name is not None:
            _make_change(session, actor, client, ClientChange(name=request.name))
        agency = agencies.get_standing(session, client.service_id)[1]
        asked = request.model_dump(exclude_none=True, exclude={"name"})
        ask_for_approval(session, actor, "client", client.id, agency, asked, _held_of(client))
        return Written(id=client.id, status=WAITING, etag=etag(client.version))
    _make_change(session, actor, client, request)
    return Written(id=client.id, status=client.status, etag=etag(client.version))


def apply_approved(session: Session, actor: Actor, approval: Approval) -> None:
    """Make the change that another administrator has approved. Errors: ApprovalOutdated, RequestNotValid, Stale."""
    client = repository.get_client(session, approval.object_id)
    if _held_of(client) != approval.held:
        raise ApprovalOutdated()
    request = ClientChange.model_validate(approval.asked)
    _check_change(client, request)
    _make_change(session, actor, client, request)


def _list_wide(scopes: Iterable[str]) -> list[str]:
    """Those of the scopes that it takes two administrators to let a client have."""
    return [scope for scope in scopes if scope not in ALONE]


def _held_of(client: Client) -> dict[str, Any]:
    """What lets a client do something. Whoever approves a change of it approves it of this, and of nothing else."""
    names = ("scopes", "purposes", "redirect_uris", "assertion_audience", "status")
    return {name: getattr(client, name) for name in names}


def _gives_reach(client: Client, request: ClientChange) -> bool:
    """Whether a client of wide scopes comes to do more. To where people come back, their codes go."""
    scopes, status = client.scopes if request.scopes is None else request.scopes, request.status or client.status
    before = set(_list_wide(client.scopes)) if client.status == "active" else set()
    after = set(_list_wide(scopes)) if status == "active" else set()
    more = (
        not after <= before
        or not set(request.purposes or []) <= set(client.purposes)
        or not set(request.redirect_uris or []) <= set(client.redirect_uris)
        or request.assertion_audience not in (None, client.assertion_audience)
    )
    return bool(after) and more


def _check_change(client: Client, request: ClientChange) -> None:
    """Errors: ReservedScope, RequestNotValid."""
    _check_scopes(request.scopes or [], request.purposes or [], client.program)
    if request.redirect_uris is not None and ("authorization_code" in client.grants) != bool(request.redirect_uris):
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


def _make_change(session: Session, actor: Actor, client: Client, request: ClientChange) -> None:
    """Errors: Stale."""
    given = request.model_dump(exclude_none=True)
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
    service, agency = agencies.get_standing(session, client.service_id)
    details = {"fields": sorted(given), "scopes": client.scopes}
    record(session, actor, f"client.{kind}", "client", client.client_id, agency, **details)
    _emit_change(session, client, service, kind)


def _loses(client: Client, request: ClientChange) -> bool:
    """Whether the client may do less after this change than before."""
    return (
        request.status == "disabled"
        or (request.scopes is not None and not set(client.scopes) <= set(request.scopes))
        or (request.purposes is not None and not set(client.purposes) <= set(request.purposes))
    )


def add_client_secret(session: Session, actor: Actor, client_id: UUID, secret: str | None = None) -> Made:
    """Give a client another secret, this one or one that is made here, so that it can change over.

    Of a client of wide scopes it waits for another administrator: whoever has the secret does what the client may.
    Errors: ClientNotFound, PublicClient, TwoSecretsLive, PersonNeeded.
    """
    client = _lock_confidential(session, client_id)
    if _list_wide(client.scopes) and not acts_alone(actor):
        made = secret or make_secret()
        return Made(_ask_for_credential(session, actor, client, kind="secret", digest=digest_of(made)), made)
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

    As with a secret, it waits for another administrator where the client has wide scopes.
    Errors: ClientNotFound, PublicClient, ClientKeyExists, TwoSecretsLive, PersonNeeded.
    """
    client = _lock_confidential(session, client_id)
    thumbprint, public = request.kept()
    if repository.had_key(session, client, thumbprint):
        raise ClientKeyExists()
    if _list_wide(client.scopes) and not acts_alone(actor):
        return _ask_for_credential(session, actor, client, kind="key", digest=thumbprint, public=public)
    row = _add(session, client, kind="key", digest=thumbprint, public=public)
    _record_change(session, actor, client, "key-added", key=str(row.id), thumbprint=thumbprint)
    return Written(id=row.id, status="live")


def apply_approved_credential(session: Session, actor: Actor, approval: Approval) -> None:
    """Let a client have the secret or key that another administrator has approved.

    Errors: ClientNotFound, ClientKeyExists, TwoSecretsLive.
    """
    asked = approval.asked
    client, key = _lock_confidential(session, UUID(asked["client"])), asked["kind"] == "key"
    if key and repository.had_key(session, client, asked["digest"]):
        raise ClientKeyExists()
    what = {name: asked[name] for name in ("kind", "digest", "public") if name in asked}
    row = _add(session, client, id=approval.object_id, **what)
    details = {"key": str(row.id), "thumbprint": row.digest} if key else {"secret": str(row.id)}
    _record_change(session, actor, client, "key-added" if key else "secret-added", **details)


def _ask_for_credential(session: Session, actor: Actor, client: Client, **what: Any) -> Written:
    """Errors: TwoSecretsLive, also while nothing is added yet; PersonNeeded."""
    if len(repository.list_credentials(session, [client.id])) > 1:
        raise TwoSecretsLive()
    id, agency = new_id(), agencies.get_standing(session, client.service_id)[1]
    ask_for_approval(session, actor, "credential", id, agency, {"client": str(client.id), **what})
    return Written(id=id, status=WAITING)


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
    service, agency = agencies.get_standing(session, client.service_id)
    record(session, actor, f"client.{change}", "client", client.client_id, agency, **details)
    _emit_change(session, client, service, change)


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
