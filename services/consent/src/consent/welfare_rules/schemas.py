from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.etag import etag
from chassis.schemas import Code, Date, Instant, Note, Schema, WholeNumber
from consent.catalogue.entries import Category
from consent.models import WelfareRule
from vocabulary.roles import ROLES
from vocabulary.welfare import WELFARE

RuleReason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]
ASKING = [code for code, role in ROLES.items() if "welfare-requests:ask" in role.scopes]


def _asks(role: str) -> str:
    if role not in ASKING:
        raise PydanticCustomError("asks_nobody", f"Should be one of {', '.join(ASKING)}")
    return role


AskingRole = Annotated[Code, Field(json_schema_extra={"enum": ASKING}), AfterValidator(_asks)]


class WelfareRuleRequest(Schema):
    """A standing yes: it can say nothing else. Shape: a request must ask for nothing beyond `categories`."""

    holder: Code = Field(description="The service that holds what is asked for")
    categories: list[Category] = Field(min_length=1, max_length=50)
    asking_services: list[Code] = Field(min_length=1, max_length=50)
    asking_roles: list[AskingRole] = Field(min_length=1, max_length=20)
    answers_at_most: WholeNumber = Field(
        ge=1, le=WELFARE.rule_answers, description=f"How many requests it answers in {WELFARE.rule_in_days} days"
    )
    from_: Date = Field(alias="from")
    to: Date
    reason: RuleReason = Field(description="Why that is relevant to the welfare of children, and harms none more")


class WelfareRuleStep(Schema):
    reason: RuleReason


class WelfareRuleView(Schema):
    id: UUID
    holder: str
    categories: list[str]
    asking_services: list[str]
    asking_roles: list[str]
    answers_at_most: int
    from_: date = Field(serialization_alias="from")
    to: date
    reason: str
    status: Literal["drafted", "standing", "ended"]
    drafted_by: str
    drafted_at: Instant
    confirmed_by: str | None
    confirmed_at: Instant | None
    ended_by: str | None
    ended_at: Instant | None
    ended_reason: str | None
    etag: str

    @classmethod
    def of(cls, rule: WelfareRule) -> Self:
        given = {
            name: getattr(rule, name) for name in cls.model_fields if name not in ("from_", "to", "status", "etag")
        }
        return cls(**given, from_=rule.begins, to=rule.ends, status=status_of(rule), etag=etag(rule.version))


def status_of(rule: WelfareRule) -> Literal["drafted", "standing", "ended"]:
    """What was done to it; on which days it answers, its dates tell besides."""
    if rule.ended_at is not None:
        return "ended"
    return "standing" if rule.confirmed_at is not None else "drafted"
