"""Location protections, and whom they hide now."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from families.models.base import Base


class Protection(Base):
    """A location protection as `consent` told it. `lifted_on` is null while it holds."""

    __tablename__ = "protection"
    __table_args__ = (Index("protection_person", "person"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    since: Mapped[date]
    lifted_on: Mapped[date | None]


class ProtectedPerson(Base):
    """Persons under protection now, every leaf of theirs: they take no part in blocking, matching and composition."""

    __tablename__ = "protected_person"

    person: Mapped[UUID] = mapped_column(primary_key=True)
