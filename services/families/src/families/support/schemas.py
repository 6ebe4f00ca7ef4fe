from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Flag, Id, Line, Note, PastDate, Schema


class AgreementRequest(Schema):
    date: PastDate
    agreed: Flag = Field(description="False: the family declined")
    by: Id | None = Field(default=None, description="The member who spoke for the family")


class LeadRequest(Schema):
    date: PastDate
    user: Line = Field(description="The lead professional's user id")
    service: Code
    sector: Code


class AssessmentRequest(Schema):
    date: PastDate
    kind: Literal["early_help", "family_caf", "children_and_families"]
    needs: list[Code] = Field(max_length=30, description="The criteria that the assessment found")
    note: Note = ""


class Goal(Schema):
    need: Code
    goal: Line


class PlanRequest(Schema):
    date: PastDate
    assessment: Id
    goals: list[Goal] = Field(max_length=50)


class TeamRequest(Schema):
    service: Code
    user: Line | None = None
    from_: PastDate = Field(alias="from")


class StepRequest(Schema):
    date: PastDate
    step: Literal["opened", "stepped_up", "stepped_down", "closed"]
    note: Note = ""


class LeadView(Schema):
    """Shape: `service` locates, and is absent where that is not shared."""

    user: str
    on: date = Field(alias="date")
    sector: str
    service: str | None = None


class ActView(Schema):
    id: UUID
    on: date = Field(alias="date")


class SupportView(Schema):
    """Where a family stands in its support. What is not shared, and what is not there, is absent alike."""

    agreed_on: date | None = None
    declined_on: date | None = None
    assessment: ActView | None = None
    plan: ActView | None = None
    team: list[str] | None = None
