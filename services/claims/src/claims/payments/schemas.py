from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Id, Line, PastDate, Schema, WholeNumber
from claims.claims.schemas import Reason

MOST_REFUSED = 5000


class RefusedClaim(Schema):
    """A claim that was not paid, and why."""

    claim: Id
    reason: Reason


class PaymentRequest(Schema):
    """Shape: `refused` are the batch's claims that were not paid; `pence` is what came in for all others."""

    batch: Id
    date: PastDate
    pence: WholeNumber = Field(ge=0, lt=2**53, description="What came in for the batch")
    reference: Line
    refused: list[RefusedClaim] = Field(default=[], max_length=MOST_REFUSED)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.claim for each in self.refused}) != len(self.refused):
            raise PydanticCustomError("refused_twice", "Should name each refused claim once")
        return self


class RepaymentRequest(Schema):
    claim: Id
    date: PastDate
    pence: WholeNumber = Field(ge=0, lt=2**53, description="What went back for the claim")
    reference: Line


class ReversalRequest(Schema):
    """That a payment or repayment was recorded wrongly, and how."""

    reason: Reason
    date: PastDate
