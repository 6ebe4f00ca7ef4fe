"""Clients: the systems that speak for a service, or through which its people sign in."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.etag import IfMatch
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.schemas import Word, Written
from identity.access import AdministerIdentity, ReadIdentity
from identity.audit.service import Actor
from identity.clients import service
from identity.clients.keys import PublicJwk
from identity.clients.schemas import (
    ClientChange,
    ClientKeyAdded,
    ClientKeyList,
    ClientRequest,
    ClientView,
    Registered,
    SecretMade,
)
from identity.two_people.schemas import MayWait
from identity.two_people.service import answer_with

router = APIRouter(prefix="/v1", tags=["clients"])


@router.post("/services/{code}/clients", status_code=201)
def register_client(
    code: Word, request: ClientRequest, caller: AdministerIdentity, session: WriteSession, once: Once
) -> Registered:
    """Register a client of a service. Keep the secret: it is shown here and never again.

    Scopes that want two administrators wait until another one approves them (`status` is `waiting`).
    """
    made: list[service.Made] = []

    def make() -> Written:
        made.append(service.register_client(session, Actor.of(caller), code, request))
        return made[0].written

    written = once(session, caller, request, make, "/v1/clients/{id}")
    more = {"client_id": request.client_id, "secret": made[0].secret if made else None}
    return answer_with(Registered, session, "client", written, **more)


@router.get("/services/{code}/clients")
def list_clients(
    code: Word, caller: ReadIdentity, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[ClientView]:
    """The clients of a service, by client id."""
    return service.list_clients(session, code, after, limit)


@router.get("/clients/{client_id}")
def show_client(client_id: UUID, caller: ReadIdentity, session: ReadSession, response: Response) -> ClientView:
    """One client."""
    view, response.headers["ETag"] = service.show_client(session, client_id)
    return view


@router.patch("/clients/{client_id}")
def change_client(
    client_id: UUID, request: ClientChange, caller: AdministerIdentity, session: WriteSession, match: IfMatch
) -> MayWait:
    """Change what a client may do, or disable it.

    What gives it more waits until another administrator approves it, where it has scopes that want two.
    """
    written = service.change_client(session, Actor.of(caller), client_id, request, match)
    return answer_with(MayWait, session, "client", written)


@router.post("/clients/{client_id}/secrets", status_code=201)
def add_client_secret(client_id: UUID, caller: AdministerIdentity, session: WriteSession, once: Once) -> SecretMade:
    """Give a client a second secret, so that it can change over without a gap."""
    made: list[service.Made] = []

    def make() -> Written:
        made.append(service.add_client_secret(session, Actor.of(caller), client_id))
        return made[0].written

    written = once(session, caller, {}, make)
    return answer_with(SecretMade, session, "credential", written, secret=made[0].secret if made else None)


@router.delete("/clients/{client_id}/secrets/{secret_id}")
def end_client_secret(client_id: UUID, secret_id: UUID, caller: AdministerIdentity, session: WriteSession) -> Written:
    """End one of a client's secrets. A secret never changes, so this needs no version."""
    return service.end_client_secret(session, Actor.of(caller), client_id, secret_id)


@router.post("/clients/{client_id}/keys", status_code=201)
def add_client_key(
    client_id: UUID, request: PublicJwk, caller: AdministerIdentity, session: WriteSession, once: Once
) -> ClientKeyAdded:
    """Let a client prove itself with a key: send its public half. Secrets and keys are two at most, together."""
    written = once(
        session, caller, request, lambda: service.add_client_key(session, Actor.of(caller), client_id, request)
    )
    thumbprint, public = request.kept()
    return answer_with(ClientKeyAdded, session, "credential", written, kid=public["kid"], thumbprint=thumbprint)


@router.get("/clients/{client_id}/keys")
def list_client_keys(client_id: UUID, caller: ReadIdentity, session: ReadSession) -> ClientKeyList:
    """A client's live keys, the oldest first."""
    return service.list_client_keys(session, client_id)


@router.delete("/clients/{client_id}/keys/{key_id}")
def end_client_key(client_id: UUID, key_id: UUID, caller: AdministerIdentity, session: WriteSession) -> Written:
    """End one of a client's keys. A key never changes, so this needs no version."""
    return service.end_client_key(session, Actor.of(caller), client_id, key_id)
