from pydantic import Field

from chassis.schemas import Id, Instant, Schema


class SentMarkItem(Schema):
    decision: Id
    at: Instant = Field(description="When the last byte of the answer was handed to the network")


class SentMarks(Schema):
    items: list[SentMarkItem] = Field(min_length=1, max_length=1000)


class SentMarksTaken(Schema):
    """Shape: `marked` are those that are new."""

    marked: int
