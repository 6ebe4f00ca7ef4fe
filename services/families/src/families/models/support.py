"""The support that a family is given: agreed, led, assessed, planned."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

SUPPORT = {"category": "support"}


class AgreementToBeSupported(Base):
    """A family said yes or no to being supported. It says nothing about consent to share."""

    __tablename__ = "agreement_to_be_supported"
    __table_args__ = (Index("agreement_to_be_supported_family", "family"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    on: Mapped[date]
    agreed: Mapped[bool] = mapped_column(info=SUPPORT)
    by: Mapped[UUID | None]
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class LeadProfessional(Base):
    """The family's single contact from a day on; the latest by date leads.

    Somebody without an account has a `name`, and "" as `user`; `service` is then the one that answers for them.
    """

    __tablename__ = "lead_professional"
    __table_args__ = (
        Index("lead_professional_family", "family"),
        Index("lead_professional_user_family", "user", "family"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    on: Mapped[date]
    user: Mapped[str]
    name: Mapped[str | None] = mapped_column(info=SUPPORT)
    service: Mapped[str] = mapped_column(info={"category": "location"})
    sector: Mapped[str]
    origin: Mapped[str]
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Assessment(Base):
    """A whole-family assessment and the needs that it named, or why it found none.

    `found_empty_at`: when others were told that it says neither, as some do of before empty ones were refused.
    """

    __tablename__ = "assessment"
    __table_args__ = (Index("assessment_family", "family"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    on: Mapped[date]
    kind: Mapped[str]
    needs: Mapped[list[str]] = mapped_column(info=SUPPORT)
    found_empty_at: Mapped[datetime | None]
    none_found_because: Mapped[str | None] = mapped_column(info=SUPPORT)
    note: Mapped[str] = mapped_column(info=SUPPORT)
    sector: Mapped[str]
    origin: Mapped[str]
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class SupportPlan(Base):
    """What the family and its team mean to reach, need by need. A safety plan comes before any `assessment`.

    `found_empty_at`: when others were told that it has no goal, as some of before have none.
    """

    __tablename__ = "plan"
    __table_args__ = (Index("plan_family", "family"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    on: Mapped[date]
    assessment: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id"))
    goals: Mapped[list[dict[str, Any]]] = mapped_column(info=SUPPORT)
    found_empty_at: Mapped[datetime | None]
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class TeamMember(Base):
    """A service on the team around a family, and through it what its people may reach."""

    __tablename__ = "team_member"
    __table_args__ = (Index("team_member_family", "family"), Index("team_member_service_family", "service", "family"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    service: Mapped[str]
    user: Mapped[str | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class SupportStep(Base):
    """A step of support: opened, stepped up, stepped down, closed."""

    __tablename__ = "support_step"
    __table_args__ = (Index("support_step_family", "family"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    on: Mapped[date]
    step: Mapped[str]
    note: Mapped[str] = mapped_column(info=SUPPORT)
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class LateConfirmation(Base):
    """A second person has seen what bears the day of an act that was recorded late. `part` is the gate's."""

    __tablename__ = "late_confirmation"

    act: Mapped[UUID] = mapped_column(primary_key=True)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    part: Mapped[str]
    act_on: Mapped[date]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(info=SUPPORT)
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
