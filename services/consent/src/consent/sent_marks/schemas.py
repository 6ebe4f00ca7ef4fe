from pydantic import AwareDatetime, Field

from chassis.schemas import Id, Schema


class SentMarkItem(Schema):
    decision: Id
    at: AwareDatetime = Field(description="When the last byte of the answer was handed to the network")


class SentMarks(Schema):
    items: list[SentMarkItem] = Field(min_length=1, max_length=1000)


class SentMarksTaken(Schema):
    """Shape: `marked` are those that are new."""

    marked: int
