from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from identity.models import Client, Credential
from identity.problems import ClientNotFound


def get_client(session: Session, client_id: UUID) -> Client:
    client = session.get(Client, client_id)
    if client is None:
        raise ClientNotFound()
    return client


def find_client(session: Session, client_id: str) -> Client | None:
    """By the public id that stands in tokens."""
    return session.scalar(select(Client).where(Client.client_id == client_id))


def list_clients(session: Session, service_id: UUID, after: str | None, limit: int) -> list[Client]:
    clients = select(Client).where(Client.service_id == service_id).order_by(Client.client_id).limit(limit)
    return list(session.scalars(clients.where(Client.client_id > after) if after else clients))


def lock_client(session: Session, client_id: UUID) -> Client:
    """The client, so that nobody else changes its secrets or keys meanwhile. Errors: ClientNotFound."""
    client = session.get(Client, client_id, with_for_update=True)
    if client is None:
        raise ClientNotFound()
    return client


def list_credentials(session: Session, clients: Iterable[UUID]) -> list[Credential]:
    """Live secrets and keys of at most a page of clients, the oldest first."""
    live = select(Credential).where(Credential.client_id.in_(clients), Credential.ended_at.is_(None))
    return list(session.scalars(live.order_by(Credential.id)))


def had_key(session: Session, client: Client, thumbprint: str) -> bool:
    """Whether the client has this key, or ever had it."""
    keys = exists().where(Credential.client_id == client.id, Credential.kind == "key", Credential.digest == thumbprint)
    return bool(session.scalar(select(keys)))


def end_credential(session: Session, client: Client, kind: str, credential_id: UUID, at: datetime) -> bool:
    """End a live secret or key once; False when there is none such."""
    live = update(Credential).where(
        Credential.id == credential_id,
        Credential.client_id == client.id,
        Credential.kind == kind,
        Credential.ended_at.is_(None),
    )
    return session.scalar(live.values(ended_at=at).returning(Credential.id)) is not None


def renew_version(session: Session, client: Client) -> None:
    """Give the client another version, as a change of its own columns does."""
    session.flush()
    session.execute(update(Client).where(Client.id == client.id).values(version=Client.version + 1))
    session.refresh(client)
