from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Flag, Id, Schema
from claims.claims.schemas import Difference


class RecomputationRequest(Schema):
    """Shape: one of `claim`, `batch`, `all`."""

    claim: Id | None = None
    batch: Id | None = None
    all: Flag = False
    as_: Literal["known_then", "known_now"] = Field(alias="as")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.claim is not None) + (self.batch is not None) + self.all != 1:
            raise PydanticCustomError("one_of", "Should name one of claim, batch, all")
        return self


class Recomputed(Schema):
    claim: Id
    equal: bool
    differences: list[Difference]


class RecomputationView(Schema):
    items: list[Recomputed]
