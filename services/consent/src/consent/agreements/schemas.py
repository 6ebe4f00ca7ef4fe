from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.etag import etag
from chassis.schemas import Code, Date, Instant, Line, PastDate, Schema
from consent.agreements.states import AgreementState, state_of
from consent.catalogue.entries import Basis, Category, Purpose
from consent.models import Agreement

Reason = Annotated[Line, StringConstraints(max_length=200)]


class TermSchema(Schema):
    """One purpose and category, and what makes it lawful."""

    purpose: Purpose
    category: Category
    basis: Basis
    gateway: Line | None = Field(default=None, description="The power to share, as the law names it")


class AgreementRequest(Schema):
    supplier: Code
    recipient: Code
    supplier_agency: Code
    recipient_agency: Code
    tier: Literal["strategic", "district"]
    from_: Date = Field(alias="from")
    to: Date | None = Field(default=None, description="The last day; none: until one party ends it")
    terms: list[TermSchema] = Field(min_length=1, max_length=200)
    review_by: Date | None = None

    @model_validator(mode="after")
    def _is_an_agreement(self) -> Self:
        if self.supplier == self.recipient:
            raise PydanticCustomError("same_service", "Should bind two services")
        if self.to is not None and self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "Should end on or after the day on which it begins")
        if len({(term.purpose, term.category) for term in self.terms}) < len(self.terms):
            raise PydanticCustomError("term_twice", "Should name each purpose and category once")
        return self


class SignRequest(Schema):
    date: PastDate


class StepRequest(Schema):
    date: PastDate
    reason: Reason


class ResumeRequest(Schema):
    date: PastDate
    reason: Reason | None = None


class StepView(Schema):
    kind: str
    date: date
    agency: str
    by: str
    reason: str | None
    recorded_at: Instant


class AgreementSummary(Schema):
    """An agreement in a list. `status` is what it is worth today."""

    id: UUID
    supplier: str
    recipient: str
    supplier_agency: str
    recipient_agency: str
    tier: str
    from_: date = Field(alias="from")
    to: date | None
    review_by: date | None
    status: AgreementState
    supplier_signed_on: date | None
    recipient_signed_on: date | None
    terms: list[TermSchema]
    etag: str

    @classmethod
    def of(cls, agreement: Agreement, today: date) -> Self:
        return cls(**_fields(agreement, today))


class AgreementView(AgreementSummary):
    steps: list[StepView]

    @classmethod
    def of(cls, agreement: Agreement, today: date) -> Self:
        steps = [StepView.model_validate(step) for step in agreement.steps]
        return cls(**_fields(agreement, today), steps=steps)


def _fields(agreement: Agreement, today: date) -> dict[str, object]:
    names = (
        "id", "supplier", "recipient", "supplier_agency", "recipient_agency", "tier", "review_by",
        "supplier_signed_on", "recipient_signed_on",
    )  # fmt: skip
    return {name: getattr(agreement, name) for name in names} | {
        "from_": agreement.begins,
        "to": agreement.ends,
        "status": state_of(agreement, today),
        "terms": [TermSchema.model_validate(term) for term in agreement.terms],
        "etag": etag(agreement.version),
    }
