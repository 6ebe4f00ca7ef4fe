from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.schemas import Code, Flag, Id, Line, Note, PastDate, Schema

Reason = Annotated[Note, AfterValidator(lambda text: text.strip()), Field(min_length=1, max_length=1000)]


class AgreementRequest(Schema):
    date: PastDate
    agreed: Flag = Field(description="False: the family declined")
    by: Id | None = Field(default=None, description="The member who spoke for the family")


class LeadRequest(Schema):
    date: PastDate
    user: Line | None = Field(default=None, description="The user id of a lead professional with an account")
    name: Line | None = Field(
        default=None, description="The name of one without an account, whom a service answers for"
    )
    service: Code = Field(description="The lead professional's service, or the one that answers for who has no account")
    sector: Code | None = Field(default=None, description="The service's sector, as identity has it; may be left out")


class AssessmentRequest(Schema):
    date: PastDate
    kind: Literal["early_help", "family_caf", "children_and_families"]
    needs: list[Code] = Field(max_length=30, description="The criteria that the assessment found")
    none_found_because: Reason | None = Field(default=None, description="Why it found no need, where it found none")
    note: Note = ""


class Goal(Schema):
    need: Code
    goal: Line


class PlanRequest(Schema):
    date: PastDate
    assessment: Id | None = Field(default=None, description="Absent for a plan that comes first, as a safety plan does")
    goals: list[Goal] = Field(min_length=1, max_length=50)


class ConfirmationRequest(Schema):
    date: PastDate
    reason: Reason = Field(description="What you have seen that bears the days, such as the file of that time")


class TeamRequest(Schema):
    service: Code
    user: Line | None = None
    from_: PastDate = Field(alias="from")


class StepRequest(Schema):
    date: PastDate
    step: Literal["opened", "stepped_up", "stepped_down", "closed"]
    note: Note = ""


class LeadView(Schema):
    """Shape: `user`, or `name` of somebody without an account; `service` locates, and is absent where that is not
    shared; `days_late` is absent when it was recorded in time."""

    user: str | None = None
    name: str | None = None
    on: date = Field(alias="date")
    days_late: int | None = None
    sector: str
    service: str | None = None


class ActView(Schema):
    """Shape: `days_late` is absent when it was recorded in time."""

    id: UUID
    on: date = Field(alias="date")
    days_late: int | None = None


class SupportView(Schema):
    """Where a family stands in its support. What is not shared, and what is not there, is absent alike."""

    agreed_on: date | None = None
    declined_on: date | None = None
    assessment: ActView | None = None
    plan: ActView | None = None
    team: list[str] | None = None
