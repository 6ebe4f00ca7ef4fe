"""What was known about a family for a claim, frozen; and which of it the auditor may read."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from chassis.tables import append_only
from families.models.base import Base

SUPPORT = {"category": "support"}


class EvidenceBundle(Base):
    """What was known about a family for a claim, as canonical JSON, never changed."""

    __tablename__ = "evidence_bundle"
    __table_args__ = (Index("evidence_bundle_family", "family"), {"info": append_only()})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    as_at: Mapped[date]
    hash: Mapped[str]
    content: Mapped[str] = mapped_column(info=SUPPORT)
    frozen_at: Mapped[datetime] = mapped_column(default=now)
    frozen_by: Mapped[str]


class SampledBundle(Base):
    """Bundles that `claims` says were drawn for the audit; the word may come before the bundle is looked for."""

    __tablename__ = "sampled_bundle"

    bundle: Mapped[UUID] = mapped_column(primary_key=True)
    claim: Mapped[UUID]


class VisitedBundle(Base):
    """Bundles that an official of the department may read on the days of a visit, both ends included."""

    __tablename__ = "visited_bundle"

    visit: Mapped[UUID] = mapped_column(primary_key=True)
    bundle: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    visitor: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date]
