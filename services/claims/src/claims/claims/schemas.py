from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.schemas import Id, Note, PastDate, Schema

Reason = Annotated[Note, AfterValidator(lambda text: text.strip()), Field(min_length=1, max_length=1000)]


class CheckRequest(Schema):
    verdict: Literal["agreed", "sent_back"]
    reason: Reason
    date: PastDate


class DropRequest(Schema):
    reason: Reason
    date: PastDate


class GateActView(Schema):
    """How a part of the gate was recorded: when, how late in days (0 in time), by whom, and confirmed by whom."""

    part: str
    on: date = Field(alias="date")
    recorded_on: date
    recorded_by: str | None
    days_late: int
    confirmed_by: str | None


class CheckView(Schema):
    """A second person's word. Units: `days_late`, 0 in time."""

    verdict: str
    by: str
    date: date
    days_late: int


class EvidenceView(Schema):
    """Shape: the bundle that families froze, its hash, and the rules' trace that rests on it; how the gate was
    recorded; the reasons why an auditor looks at the claim in any case; who checked it. Null in claims of before."""

    bundle: UUID | None
    hash: str | None
    rule_trace: dict[str, Any]
    gate: list[GateActView] | None
    risks: list[str] | None
    checks: list[CheckView]


class ClaimView(Schema):
    """Shape: `type`, `result_date` and `evidence` are null where they are withheld; `pence` where money is left out."""

    id: Id
    family: Id
    framework: str
    plan_version: int
    component: str
    type: str | None
    result_date: date | None
    pence: int | None
    status: str
    batch: UUID | None
    verdict: str = Field(description="`shown`, or `withheld`: the same bytes whatever is behind it")
    evidence: EvidenceView | None
    etag: str


class FamilyClaims(Schema):
    family: Id
    claims: list[ClaimView]


class FamilyClaimsList(Schema):
    items: list[FamilyClaims]


class Difference(Schema):
    """Shape: `path` points into the claim's rule trace; both values are null, and `path` is `withheld`, where the
    records beneath may not be shown."""

    path: str
    frozen: Any
    recomputed: Any
