"""People, by what records say of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

IDENTITY = {"category": "identity"}
ADDRESS = {"category": "address"}


class Person(Base):
    """A leaf: somebody as records first showed them. Merging points it at another, unmerging takes that back.

    `root` is where following `merged_into` ends; of somebody who was never merged it is the person's own id.
    """

    __tablename__ = "person"
    __table_args__ = (Index("person_root", "root"), Index("person_merged_into", "merged_into"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    root: Mapped[UUID]
    merged_into: Mapped[UUID | None]
    born: Mapped[str | None] = mapped_column(info=IDENTITY)
    version: Mapped[int] = mapped_column(default=1)
    registered_at: Mapped[datetime] = mapped_column(default=now)


class PersonName(Base):
    """One way in which a source writes somebody. The id is made from all that must differ, so twice is once."""

    __tablename__ = "person_name"
    __table_args__ = (Index("person_name_person", "person"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    feed: Mapped[str]
    forename: Mapped[str] = mapped_column(info=IDENTITY)
    surname: Mapped[str] = mapped_column(info=IDENTITY)
    date_of_birth: Mapped[date | None] = mapped_column(info=IDENTITY)
    sex: Mapped[str | None] = mapped_column(info=IDENTITY)
    first_stated_on: Mapped[date]
    last_stated_on: Mapped[date]


class Identifier(Base):
    """A number that a source gives somebody. Schemes: upn, nino."""

    __tablename__ = "identifier"
    __table_args__ = (Index("identifier_person", "person"), Index("identifier_value", "scheme", "value"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    scheme: Mapped[str]
    value: Mapped[str] = mapped_column(info=IDENTITY)
    first_stated_on: Mapped[date]


class AddressStatement(Base):
    """A source says that somebody lives at an address: one row a person, source and address, from first to last time.

    `person` is a leaf; `stated_on` is the latest day for which it was said (the same as `last_stated_on`);
    `push` and `record_id` are those that said it last.
    """

    __tablename__ = "address_statement"
    __table_args__ = (
        Index("address_statement_person", "person"),
        Index("address_statement_uprn", "uprn"),
        Index("address_statement_postcode", "postcode"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    feed: Mapped[str]
    uprn: Mapped[str | None] = mapped_column(info=ADDRESS)
    address_line: Mapped[str] = mapped_column(info=ADDRESS)
    postcode: Mapped[str] = mapped_column(info=ADDRESS)
    first_stated_on: Mapped[date]
    last_stated_on: Mapped[date]
    stated_on: Mapped[date]
    record_id: Mapped[UUID]
    push: Mapped[UUID]


class CarerStatement(Base):
    """A record of a child names a carer; one row a record."""

    __tablename__ = "carer_statement"
    __table_args__ = (Index("carer_statement_child", "child"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    child: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    forename: Mapped[str] = mapped_column(info=IDENTITY)
    surname: Mapped[str] = mapped_column(info=IDENTITY)
    relationship: Mapped[str] = mapped_column(info=IDENTITY)
    same_address: Mapped[bool] = mapped_column(info=ADDRESS)
    stated_on: Mapped[date]
    push: Mapped[UUID]
