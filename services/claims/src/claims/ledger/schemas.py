from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Id, Line, Money, PastDate, Schema, WholeNumber
from claims.targets.schemas import Year


class PaymentRequest(Schema):
    batch: Id
    date: PastDate
    pence: WholeNumber = Field(ge=0, lt=2**53, description="What came in for the batch")
    reference: Line


class FeesRequest(Schema):
    framework: Code
    year: Year
    date: PastDate


class LedgerItem(Schema):
    """Shape: `family` and `claim` of a result, for those who may meet that claim; `funded_places` of a fee."""

    id: Id
    kind: str
    framework: str
    year: str
    pence: int
    date: date
    family: UUID | None
    claim: UUID | None
    funded_places: int | None


class Totals(Schema):
    """Results are earned by families; fees are funding, and are never added to them."""

    results: Money
    fees: Money


class LedgerView(Schema):
    items: list[LedgerItem]
    next: str | None
    totals: Totals
