from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.clock import LONDON
from chassis.db import in_batches
from families.models.families import Membership
from families.models.people import Person
from families.models.support import (
    AgreementToBeSupported,
    Assessment,
    LateConfirmation,
    LeadProfessional,
    SupportPlan,
    SupportStep,
    TeamMember,
)
from families.problems import AssessmentNotFound, PersonNotFound
from families.reach import Reach
from families.support.parts import AGREEMENT, ASSESSMENT, DECLINED, LEAD, PLAN
from vocabulary.late_recording import count_days_late


@dataclass
class SupportActs:
    """Everything that was recorded of the support of some families, by family."""

    agreements: dict[UUID, list[AgreementToBeSupported]] = field(default_factory=dict)
    leads: dict[UUID, list[LeadProfessional]] = field(default_factory=dict)
    assessments: dict[UUID, list[Assessment]] = field(default_factory=dict)
    plans: dict[UUID, list[SupportPlan]] = field(default_factory=dict)
    team: dict[UUID, list[TeamMember]] = field(default_factory=dict)
    steps: dict[UUID, list[SupportStep]] = field(default_factory=dict)

    def all_acts(self) -> Iterator[Any]:
        """Each act of every kind."""
        for acts in (self.agreements, self.leads, self.assessments, self.plans, self.team, self.steps):
            for rows in acts.values():
                yield from rows


def read_support(session: Session, families: Collection[UUID]) -> SupportActs:
    """All acts of these families. Shape: a fixed number of statements a batch of 500."""
    return SupportActs(
        agreements=_read_acts(session, AgreementToBeSupported, families),
        leads=_read_acts(session, LeadProfessional, families),
        assessments=_read_acts(session, Assessment, families),
        plans=_read_acts(session, SupportPlan, families),
        team=_read_acts(session, TeamMember, families),
        steps=_read_acts(session, SupportStep, families),
    )


def _read_acts(session: Session, model: Any, families: Collection[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for some in in_batches(families):
        for row in session.scalars(select(model).where(model.family.in_(some)).order_by(model.id)):
            found.setdefault(row.family, []).append(row)
    return found


def get_assessment(session: Session, family: UUID, assessment_id: UUID) -> Assessment:
    assessment = session.get(Assessment, assessment_id)
    if assessment is None or assessment.family != family:
        raise AssessmentNotFound()
    return assessment


def get_member(session: Session, family: UUID, person_id: UUID, reach: Reach) -> UUID:
    """The id, if this person belongs or belonged to the family under any of their ids, and is met by the caller."""
    root = select(Person.root).where(Person.id == person_id).scalar_subquery()
    leaves = select(Person.id).where(Person.root == root)
    belongs = select(Membership.id).where(Membership.family == family, Membership.person.in_(leaves)).limit(1)
    if session.scalar(belongs) is None or not reach.find_people(session, [person_id]):
        raise PersonNotFound()
    return person_id


class LateAct(NamedTuple):
    """An act that was recorded late and that nobody confirmed yet."""

    act: UUID
    part: str
    on: date
    recorded_by: str


def list_late_acts(session: Session, family: UUID, allowed: int | None) -> list[LateAct]:
    """What of the gate was recorded late, and is not confirmed. Units: `allowed` in days, instead of the kinds' own."""
    confirmed = set(session.scalars(select(LateConfirmation.act).where(LateConfirmation.family == family)))
    acts = read_support(session, [family])
    kinds: list[tuple[str, Sequence[Any]]] = [
        (AGREEMENT, [row for row in acts.agreements.get(family, []) if row.agreed]),
        (DECLINED, [row for row in acts.agreements.get(family, []) if not row.agreed]),
        (LEAD, acts.leads.get(family, [])),
        (ASSESSMENT, acts.assessments.get(family, [])),
        (PLAN, acts.plans.get(family, [])),
    ]
    return [
        LateAct(row.id, part, row.on, row.recorded_by)
        for part, rows in kinds
        for row in rows
        if row.id not in confirmed and count_days_late(part, row.on, recorded_day(row), allowed)
    ]


def recorded_day(row: Any) -> date:
    """The day on which an act was recorded, in London."""
    day: date = row.recorded_at.astimezone(LONDON).date()
    return day


def list_leads(session: Session, family: UUID) -> set[str]:
    """Everybody with an account who leads the family, or did."""
    led = select(LeadProfessional.user).where(LeadProfessional.family == family)
    return {user for user in session.scalars(led) if user}
