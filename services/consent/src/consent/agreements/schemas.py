from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.etag import etag
from chassis.schemas import Code, Date, Id, Instant, Line, Note, PastDate, Schema
from consent.agreements.parties import Side, list_all_signatures
from consent.agreements.states import AgreementState, ReviewState, review_of, state_of
from consent.catalogue.entries import AgreedPurpose, Article9, Article10, Basis, Category, ScheduleParagraph
from consent.models import Agreement, AgreementStep

Reason = Annotated[Line, StringConstraints(max_length=200)]
Necessity = Annotated[Note, Field(min_length=1, description="Why the purpose cannot be met with less")]
Control = Literal["joint", "separate"]
Day = date  # `date` is a member's name below, and no type any more from there on


class TermSchema(Schema):
    """One purpose and category, and what makes it lawful.

    A category of special data also needs its condition, and where that needs one, a paragraph of Schedule 1 of the
    Data Protection Act 2018 with its policy document: `GET /v1/categories`, `GET /v1/conditions`.
    """

    purpose: AgreedPurpose
    category: Category
    basis: Basis
    gateway: Line | None = Field(default=None, description="The power to share, as the law names it")
    article_9: Article9 | None = Field(default=None, description="The condition for a special category")
    article_10: Article10 | None = Field(default=None, description="The condition for data about offences")
    schedule_1: ScheduleParagraph | None = Field(default=None, description="The paragraph of Schedule 1 that is met")
    policy_document: Line | None = Field(default=None, description="Reference of the appropriate policy document")
    necessity: Necessity


class TermView(Schema):
    """A term as it was agreed. What December 2026 added is null in those of before."""

    purpose: str
    category: str
    basis: str
    gateway: str | None
    article_9: str | None
    article_10: str | None
    schedule_1: str | None
    policy_document: str | None
    necessity: str | None


class PaperSchema(Schema):
    """An agreement that was made on paper, which each side's officer then confirms by signing here.

    Shape: `sha256` is that of the document's file, in hexadecimal digits.
    """

    reference: Line
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    supplier_signed_on: PastDate
    recipient_signed_on: PastDate


class AgreementRequest(Schema):
    """Shape: which agencies it binds follows from the services, as identity has them."""

    supplier: Code
    recipient: Code
    tier: Literal["strategic", "district"]
    under: Id | None = Field(default=None, description="Of a district agreement: the strategic one that frames it")
    from_: Date = Field(alias="from")
    to: Date | None = Field(default=None, description="The last day; none: until one party ends it")
    terms: list[TermSchema] = Field(min_length=1, max_length=200)
    control: Control = Field(description="Whether the parties are joint controllers or each one of its own")
    retention: Line = Field(description="How long the recipient keeps it")
    security: Line = Field(description="How it is kept safe")
    dpia: Line = Field(description="Reference of the data protection impact assessment")
    review_by: Date
    notice_given_by: Side = Field(
        default="recipient",
        description="Who tells people what the recipient does with what it obtains: itself, or the supplier for it",
    )
    paper: PaperSchema | None = Field(default=None, description="Of an agreement that was made on paper before")

    @model_validator(mode="after")
    def _is_an_agreement(self) -> Self:
        if self.supplier == self.recipient:
            raise PydanticCustomError("same_service", "Should bind two services")
        if self.to is not None and self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "Should end on or after the day on which it begins")
        if self.review_by < self.from_:
            raise PydanticCustomError("reviewed_before_it_begins", "Should be reviewed after it begins")
        if len({(term.purpose, term.category) for term in self.terms}) < len(self.terms):
            raise PydanticCustomError("term_twice", "Should name each purpose and category once")
        if (self.tier == "district") != (self.under is not None):
            raise PydanticCustomError("frame_of_district", "Should name `under` for a district agreement alone")
        return self


class SignRequest(Schema):
    """Shape: `side` where your agency speaks for both; without it you sign the first that lacks a signature."""

    date: PastDate
    side: Side | None = None


class StepRequest(Schema):
    date: PastDate
    reason: Reason


class ResumeRequest(Schema):
    date: PastDate
    reason: Reason | None = None


class ReviewRequest(Schema):
    """Shape: `review_by` is the day by which the next review is due; it counts once both sides have said the same."""

    date: PastDate
    review_by: Date
    reason: Reason | None = None


class StepView(Schema):
    """Shape: `sponsored` is the agency for which a sponsor acted, `deputy_for` the officer for whom a deputy did."""

    kind: str
    date: date
    side: str | None
    agency: str
    sponsored: str | None
    by: str
    deputy_for: str | None
    reason: str | None
    review_by: Day | None
    recorded_at: Instant


class SignatureView(Schema):
    """The last signature of a side. Shape: `sponsor` is the agency that signed for one that has no officer here."""

    side: Side
    agency: str
    sponsor: str | None
    by: str
    deputy_for: str | None
    date: date
    recorded_at: Instant

    @classmethod
    def of(cls, side: Side, step: AgreementStep) -> Self:
        return cls(
            side=side,
            agency=step.sponsored or step.agency,
            sponsor=step.agency if step.sponsored else None,
            by=step.by,
            deputy_for=step.deputy_for,
            date=step.date,
            recorded_at=step.recorded_at,
        )


class AgreementSummary(Schema):
    """An agreement in a list. `status` is what it is worth today."""

    id: UUID
    supplier: str
    recipient: str
    supplier_agency: str
    recipient_agency: str
    tier: str
    under: UUID | None
    from_: date = Field(alias="from")
    to: date | None
    control: str | None
    retention: str | None
    security: str | None
    dpia: str | None
    paper: PaperSchema | None
    notice_given_by: str | None
    review_by: date | None
    review: ReviewState | None
    status: AgreementState
    supplier_signed_on: date | None
    recipient_signed_on: date | None
    signatures: list[SignatureView]
    terms: list[TermView]
    etag: str

    @classmethod
    def of(cls, agreement: Agreement, today: date, notice: int) -> Self:
        """Units: `notice` in days, for which a review is due before its day."""
        return cls(**_fields(agreement, today, notice))


class AgreementView(AgreementSummary):
    steps: list[StepView]

    @classmethod
    def of(cls, agreement: Agreement, today: date, notice: int) -> Self:
        steps = [StepView.model_validate(step) for step in agreement.steps]
        return cls(**_fields(agreement, today, notice), steps=steps)


def _fields(agreement: Agreement, today: date, notice: int) -> dict[str, object]:
    names = (
        "id", "supplier", "recipient", "supplier_agency", "recipient_agency", "tier", "under", "control", "retention",
        "security", "dpia", "paper", "notice_given_by", "review_by", "supplier_signed_on", "recipient_signed_on",
    )  # fmt: skip
    signatures = list_all_signatures(agreement)
    return {name: getattr(agreement, name) for name in names} | {
        "from_": agreement.begins,
        "to": agreement.ends,
        "status": state_of(agreement, today),
        "review": review_of(agreement.status, agreement.review_by, today, notice),
        "signatures": [SignatureView.of(side, step) for side, step in sorted(signatures.items(), reverse=True)],
        "terms": [TermView.model_validate(term) for term in agreement.terms],
        "etag": etag(agreement.version),
    }
