"""Whom people meet for safeguarding, and why: enquiries, emergency access, cover; and whom they must not meet."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

SUPPORT = {"category": "support"}


class Enquiry(Base):
    """An enquiry of children's social care under the Children Act 1989. `reference` is the service's own."""

    __tablename__ = "enquiry"
    __table_args__ = (UniqueConstraint("service", "reference", name="enquiry_once"), Index("enquiry_agency", "agency"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str]
    kind: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    begun_on: Mapped[date]
    closed_on: Mapped[date | None]
    opened_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)


class EnquirySubject(Base):
    """Somebody whom an enquiry is about, from the day on which it was recorded until it was taken back. A leaf."""

    __tablename__ = "enquiry_subject"
    __table_args__ = (Index("enquiry_subject_enquiry", "enquiry"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enquiry: Mapped[UUID] = mapped_column(ForeignKey("enquiry.id"))
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class EnquiryStep(Base):
    """What was done to an enquiry, by whom, why, and what stood there before."""

    __tablename__ = "enquiry_step"
    __table_args__ = (Index("enquiry_step_enquiry", "enquiry"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enquiry: Mapped[UUID] = mapped_column(ForeignKey("enquiry.id"))
    step: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(info=SUPPORT)
    before: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class EmergencyAccess(Base):
    """Access to named people at once, for some hours, which a second person reviews by `review_by`."""

    __tablename__ = "emergency_access"
    __table_args__ = (Index("emergency_access_user", "user"), Index("emergency_access_agency", "agency", "review_by"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    reason: Mapped[str] = mapped_column(info=SUPPORT)
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    review_by: Mapped[date]
    outcome: Mapped[str | None]


class EmergencyAccessPerson(Base):
    """Whom it names: a leaf."""

    __tablename__ = "emergency_access_person"

    access: Mapped[UUID] = mapped_column(ForeignKey("emergency_access.id"), primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class EmergencyAccessReview(Base):
    """What somebody else found about it. A later one stands in the place of an earlier one."""

    __tablename__ = "emergency_access_review"
    __table_args__ = (Index("emergency_access_review_access", "access"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    access: Mapped[UUID] = mapped_column(ForeignKey("emergency_access.id"))
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(info=SUPPORT)
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class GovernanceNote(Base):
    """Something that the information governance officer of an agency must look at. `about`: an emergency access."""

    __tablename__ = "governance_note"
    __table_args__ = (Index("governance_note_agency", "agency", "answered_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    about: Mapped[UUID] = mapped_column(ForeignKey("emergency_access.id"))
    agency: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[str | None] = mapped_column(info=SUPPORT)
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Bar(Base):
    """Somebody must not meet people and families who are relatives or neighbours of theirs, until it is lifted."""

    __tablename__ = "bar"
    __table_args__ = (Index("bar_user", "user"), Index("bar_service", "service"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    because: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None] = mapped_column(info=SUPPORT)


class BarredFrom(Base):
    """One of those whom a bar names, by any id of a person or a family. Nobody need exist under it."""

    __tablename__ = "barred_from"

    bar: Mapped[UUID] = mapped_column(ForeignKey("bar.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    is_family: Mapped[bool]


class Cover(Base):
    """Somebody stands in for a colleague from one day to another, both included."""

    __tablename__ = "cover"
    __table_args__ = (Index("cover_covering", "covering"), Index("cover_service", "service"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    covered: Mapped[str]
    covering: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]


class WelfareReach(Base):
    """Whom a request for the welfare of a child lets somebody meet, as `consent` told it.

    The service that was asked meets, of these people, those of whom it holds a record itself (`user` is null); who
    asked meets those of whom a yes was said. `person` is any id of theirs, and nobody need exist under it.
    """

    __tablename__ = "welfare_reach"
    __table_args__ = (Index("welfare_reach_request", "request"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request: Mapped[UUID]
    person: Mapped[UUID]
    service: Mapped[str]
    user: Mapped[str | None]
    until: Mapped[datetime | None]
