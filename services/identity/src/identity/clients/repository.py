from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from identity.models import Client, ClientSecret
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


def list_secrets(session: Session, clients: Iterable[UUID]) -> list[ClientSecret]:
    """Live secrets of at most a page of clients, the oldest first."""
    live = select(ClientSecret).where(ClientSecret.client_id.in_(clients), ClientSecret.ended_at.is_(None))
    return list(session.scalars(live.order_by(ClientSecret.id)))


def end_secret(session: Session, client: Client, secret_id: UUID, at: datetime) -> bool:
    """End a live secret once; False when there is none such."""
    live = update(ClientSecret).where(
        ClientSecret.id == secret_id, ClientSecret.client_id == client.id, ClientSecret.ended_at.is_(None)
    )
    return session.scalar(live.values(ended_at=at).returning(ClientSecret.id)) is not None
