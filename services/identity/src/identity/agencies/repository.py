from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from identity.models import Agency, Client, Service, User
from identity.problems import AgencyNotFound, ServiceNotFound


def get_agency(session: Session, code: str) -> Agency:
    agency = find_agency(session, code)
    if agency is None:
        raise AgencyNotFound()
    return agency


def find_agency(session: Session, code: str) -> Agency | None:
    return session.scalar(select(Agency).where(Agency.code == code))


def list_agencies(session: Session, after: str | None, limit: int) -> list[Agency]:
    agencies = select(Agency).order_by(Agency.code).limit(limit)
    return list(session.scalars(agencies.where(Agency.code > after) if after else agencies))


def get_service(session: Session, code: str) -> Service:
    service = find_service(session, code)
    if service is None:
        raise ServiceNotFound()
    return service


def find_service(session: Session, code: str) -> Service | None:
    return session.scalar(select(Service).where(Service.code == code))


def list_services(session: Session, after: str | None, limit: int) -> Sequence[Row[Service, str]]:
    """Services with their agencies' codes."""
    services = select(Service, Agency.code).join(Agency, Agency.id == Service.agency_id)
    services = services.order_by(Service.code).limit(limit)
    return session.execute(services.where(Service.code > after) if after else services).all()


def list_services_of(session: Session, agencies: Iterable[UUID]) -> list[Service]:
    """The services of at most a page of agencies, by code."""
    return list(session.scalars(select(Service).where(Service.agency_id.in_(agencies)).order_by(Service.code)))


def find_agency_of_user(session: Session, user_id: UUID) -> str | None:
    """The code of the agency of somebody with an account."""
    theirs = select(Agency.code).join(Service, Service.agency_id == Agency.id)
    return session.scalar(theirs.join(User, User.service_id == Service.id).where(User.id == user_id))


def find_agency_of_client(session: Session, client_id: str) -> str | None:
    """The code of the agency of a client, by the public id that stands in tokens."""
    its = select(Agency.code).join(Service, Service.agency_id == Agency.id)
    return session.scalar(its.join(Client, Client.service_id == Service.id).where(Client.client_id == client_id))


def list_agencies_of_clients(session: Session, client_ids: Iterable[str]) -> dict[str, str]:
    """The codes of the agencies of those clients that are registered, by their public ids."""
    both = select(Client.client_id, Agency.code).join(Service, Service.id == Client.service_id)
    both = both.join(Agency, Agency.id == Service.agency_id)
    found = dict[str, str]()
    for some in in_batches(client_ids):
        found |= {client: agency for client, agency in session.execute(both.where(Client.client_id.in_(some)))}
    return found


def get_standing(session: Session, service_id: UUID) -> tuple[str, str]:
    """The codes of a service and of its agency, as they stand in tokens."""
    both = select(Service.code, Agency.code).join(Agency, Agency.id == Service.agency_id)
    service, agency = session.execute(both.where(Service.id == service_id)).one()
    return service, agency
