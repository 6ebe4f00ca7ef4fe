from uuid import UUID

from chassis.schemas import Schema


class PersonStanding(Schema):
    """How somebody has to do with a person. Shape: `ids` are all that are read as this person, `person` among them."""

    person: UUID
    ids: list[UUID]
    ways: list[str]


class StandingItems(Schema):
    """Who does not exist, and whom the caller has nothing to do with, is absent alike."""

    items: list[PersonStanding]
