"""The tables of the directory. Each program's models derive from these mixins, as from those of the chassis.

The shadow classes at the end let this package write statements for whichever program's database it is handed; they are
never created.
"""

from datetime import datetime

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.clock import now
from chassis.db import TYPES


class DirectoryAreaMixin:
    """An area of the council, by its code."""

    __tablename__ = "directory_area"

    area: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DirectoryServiceMixin:
    """A service, with its agency and its sector (a supplier of the vocabulary)."""

    __tablename__ = "directory_service"

    service: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str]
    sector: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DirectoryServiceOwnerMixin:
    """Whose a service was, and since when: what an agency may see of the past goes by its owner of that time."""

    __tablename__ = "directory_service_owner"

    service: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    agency: Mapped[str]
    sector: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class DirectoryUserMixin:
    """Somebody who signs in, by the subject of their tokens, as they stand now. No name and no address is kept."""

    __tablename__ = "directory_user"

    user: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str]
    agency: Mapped[str]
    roles: Mapped[list[str]]
    areas: Mapped[list[str]]
    status: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class _Shadow(DeclarativeBase):
    type_annotation_map = TYPES


class DirectoryArea(DirectoryAreaMixin, _Shadow):
    pass


class DirectoryService(DirectoryServiceMixin, _Shadow):
    pass


class DirectoryServiceOwner(DirectoryServiceOwnerMixin, _Shadow):
    pass


class DirectoryUser(DirectoryUserMixin, _Shadow):
    pass
