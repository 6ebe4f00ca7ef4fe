from datetime import date
from uuid import UUID

from chassis.schemas import Code, Id, Money, PastDate, Schema
from claims.targets.schemas import Year


class FeesRequest(Schema):
    framework: Code
    year: Year
    date: PastDate


class LedgerItem(Schema):
    """Shape: `kind` is result, attachment_fee, repayment or reversal; `reverses` is the entry that one of the last two
    takes back. `family`, `claim`, `payment` and `reason` are for those who may meet that claim; `funded_places` is of
    a fee."""

    id: Id
    kind: str
    framework: str
    year: str
    pence: int
    date: date
    family: UUID | None
    claim: UUID | None
    funded_places: int | None
    payment: UUID | None
    reverses: UUID | None
    reason: str | None


class Totals(Schema):
    """Results are earned by families, less what was repaid; fees are funding, and are never added to them."""

    results: Money
    fees: Money


class LedgerView(Schema):
    items: list[LedgerItem]
    next: str | None
    totals: Totals
