from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from families.models.people import AddressStatement
from families.models.premises import Premises


def find_premises(session: Session, uprn: str) -> Premises | None:
    return session.get(Premises, uprn)


def find_residents(session: Session, uprn: str) -> list[UUID]:
    """Leaves who were ever said to live at an address."""
    return list(session.scalars(select(AddressStatement.person).where(AddressStatement.uprn == uprn).distinct()))
