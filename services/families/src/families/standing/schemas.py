from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Schema
from families.matching.naming import FIT_AT_MOST, SomebodyRequest


class PersonStanding(Schema):
    """How somebody has to do with a person. Shape: `ids` are all that are read as this person, `person` among them."""

    person: UUID
    ids: list[UUID]
    ways: list[str]


class StandingItems(Schema):
    """Who does not exist, and whom the caller has nothing to do with, is absent alike."""

    items: list[PersonStanding]


class NamingRequest(Schema):
    """Shape: `holder` is the service of which it is asked whether it sent a record of them."""

    people: list[SomebodyRequest] = Field(min_length=1, max_length=500)
    holder: Code


class MeantPerson(Schema):
    """Somebody who may be meant. Shape: `ids` are all that are read as this person; `ways` as in a standing.

    `is_child` is null where no source says when they were born, or the sources differ in it.
    """

    person: UUID
    ids: list[UUID]
    ways: list[str]
    is_child: bool | None
    held: bool


class Meaning(Schema):
    """Who is meant by one of those who were named. Shape: `people` is empty where it is nobody, and where more fit than
    one can be (`too_many`), and where the caller is kept from one of them (`barred`)."""

    people: list[MeantPerson] = Field(max_length=FIT_AT_MOST)
    too_many: bool = False
    barred: bool = False


class Meanings(Schema):
    """Shape: one for each who was named, in their order."""

    items: list[Meaning]
