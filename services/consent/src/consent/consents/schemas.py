from collections.abc import Iterable
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.etag import etag
from chassis.schemas import Code, Id, Instant, PastDate, Schema, Written
from consent.acts.schemas import ActStepView, Reason, tell_history
from consent.catalogue.entries import Category, Purpose
from consent.events import Continues
from consent.models import ActStep, Consent

Day = date  # `date` is a member's name below, and no type any more from there on
Channel = Literal["letter", "in_person", "email", "telephone", "online"]


class ConsentRequest(Schema):
    """A consent to share, given for a person by themselves or by who may speak for them."""

    person: Id
    given_by: Literal["person", "representative"]
    representative: Id | None = None
    date: PastDate
    purposes: list[Purpose] = Field(min_length=1, max_length=20)
    categories: list[Category] = Field(min_length=1, max_length=20)
    recipients: list[Code] = Field(default=[], max_length=50, description="Services; empty: all that ask for consent")
    notice: Id = Field(description="The notice that was read before")
    channel: Channel

    @model_validator(mode="after")
    def _somebody_gave_it(self) -> Self:
        if (self.given_by == "representative") != (self.representative is not None):
            raise PydanticCustomError(
                "representative", "Should name the representative when one gave it, and nobody when the person did"
            )
        if self.representative == self.person:
            raise PydanticCustomError("representative", "Should name somebody else than the person")
        return self


class WithdrawalRequest(Schema):
    date: PastDate


class ConsentCorrectionRequest(Schema):
    """It was recorded wrongly. What was meant is recorded first, and named here; nothing, if no consent was given."""

    reason: Reason
    replaced_by: Id | None = None


class Withdrawn(Written):
    """A withdrawal, and what goes on all the same since it rests on another basis."""

    continues: list[Continues]


class ConsentView(Schema):
    id: UUID
    person: UUID
    given_by: str
    representative: UUID | None
    date: date
    purposes: list[str]
    categories: list[str]
    recipients: list[str]
    notice: UUID
    channel: str
    status: Literal["given", "withdrawn", "corrected"]
    withdrawn_on: Day | None
    replaced_by: UUID | None
    steps: list[ActStepView]
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, consent: Consent, steps: Iterable[ActStep], as_at: Day | None = None) -> Self:
        """Shape: as at a day, what the person said later is not told."""
        names = (
            "id", "person", "given_by", "representative", "date", "purposes", "categories", "recipients", "notice",
            "channel", "replaced_by", "recorded_at",
        )  # fmt: skip
        on = consent.withdrawn_on
        withdrawn_on = on if on is not None and (as_at is None or on <= as_at) else None
        status = "given" if withdrawn_on is None else "withdrawn"
        history = tell_history(consent, "given", [_withdrawal_of(consent)] if withdrawn_on else [], steps)
        return cls(
            **{name: getattr(consent, name) for name in names},
            withdrawn_on=withdrawn_on,
            status="corrected" if consent.corrected_at else status,
            steps=history,
            etag=etag(consent.version),
        )


def _withdrawal_of(consent: Consent) -> ActStepView | None:
    on, at, by = consent.withdrawn_on, consent.withdrawn_at, consent.withdrawn_by
    if on is None or at is None or by is None:
        return None
    return ActStepView(kind="withdrawn", date=on, agency=consent.agency, by=by, reason=None, recorded_at=at)


class PersonConsents(Schema):
    person: UUID
    consents: list[ConsentView]
