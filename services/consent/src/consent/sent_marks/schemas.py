from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Id, Schema


def _as_text(value: Any) -> Any:
    """Errors: a number, which pydantic would take for seconds since 1970."""
    if not isinstance(value, str):
        raise PydanticCustomError("instant_text", "Should be a date and time with its time zone, as text")
    return value


class SentMarkItem(Schema):
    decision: Id
    at: Annotated[AwareDatetime, BeforeValidator(_as_text)] = Field(
        description="When the last byte of the answer was handed to the network"
    )


class SentMarks(Schema):
    items: list[SentMarkItem] = Field(min_length=1, max_length=1000)


class SentMarksTaken(Schema):
    """Shape: `marked` are those that are new."""

    marked: int
