from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from chassis.db import in_batches, today, upsert
from families.models.evidence import EvidenceBundle, SampledBundle, VisitedBundle
from families.models.facts import Fact
from families.models.families import Family, Membership
from families.models.support import (
    AgreementToBeSupported,
    Assessment,
    LateConfirmation,
    LeadProfessional,
    SupportPlan,
)
from families.problems import BundleNotFound, FamilyNotFound


def get_family(session: Session, family_id: UUID) -> Family:
    family = session.get(Family, family_id)
    if family is None:
        raise FamilyNotFound()
    return family


def list_memberships(session: Session, family: UUID) -> list[Membership]:
    return list(session.scalars(select(Membership).where(Membership.family == family).order_by(Membership.id)))


def list_facts(session: Session, records: Collection[UUID], persons: Collection[UUID]) -> list[Fact]:
    """What these records say of these persons now."""
    found: list[Fact] = []
    wanted = set(persons)
    for some in in_batches(records):
        current = select(Fact).where(Fact.record_id.in_(some), Fact.superseded_at.is_(None)).order_by(Fact.id)
        found += [fact for fact in session.scalars(current) if fact.person in wanted]
    return found


def list_agreements(session: Session, family: UUID, as_at: date) -> list[AgreementToBeSupported]:
    rows = select(AgreementToBeSupported).where(
        AgreementToBeSupported.family == family, AgreementToBeSupported.on <= as_at
    )
    return list(session.scalars(rows.order_by(AgreementToBeSupported.on, AgreementToBeSupported.id)))


def list_leads(session: Session, family: UUID, as_at: date) -> list[LeadProfessional]:
    rows = select(LeadProfessional).where(LeadProfessional.family == family, LeadProfessional.on <= as_at)
    return list(session.scalars(rows.order_by(LeadProfessional.on, LeadProfessional.id)))


def list_assessments(session: Session, family: UUID, as_at: date) -> list[Assessment]:
    rows = select(Assessment).where(Assessment.family == family, Assessment.on <= as_at)
    return list(session.scalars(rows.order_by(Assessment.on, Assessment.id)))


def list_plans(session: Session, family: UUID, as_at: date) -> list[SupportPlan]:
    rows = select(SupportPlan).where(SupportPlan.family == family, SupportPlan.on <= as_at)
    return list(session.scalars(rows.order_by(SupportPlan.on, SupportPlan.id)))


def get_bundle(session: Session, bundle_id: UUID, *, sampled_only: bool) -> EvidenceBundle:
    bundle = session.get(EvidenceBundle, bundle_id)
    if bundle is None or (sampled_only and session.get(SampledBundle, bundle_id) is None):
        raise BundleNotFound()
    return bundle


def record_samples(session: Session, rows: Collection[tuple[UUID, UUID]]) -> None:
    """Shape: bundle, claim."""
    samples = {bundle: {"bundle": bundle, "claim": claim} for bundle, claim in rows}
    upsert(session, SampledBundle, list(samples.values()), key=["bundle"])


def is_visited(session: Session, bundle: UUID, visitor: str) -> bool:
    """Whether a visit of theirs, of today, may look at the bundle."""
    now = today()
    theirs = (VisitedBundle.bundle == bundle, VisitedBundle.visitor == visitor)
    running = select(VisitedBundle.visit).where(*theirs, VisitedBundle.from_on <= now, VisitedBundle.to_on >= now)
    return session.scalar(running.limit(1)) is not None


def record_visit(
    session: Session, visit: UUID, visitor: str, from_on: date, to_on: date, bundles: Collection[UUID]
) -> None:
    """Keep that the visitor may look at these bundles on these days."""
    said = {"visit": visit, "visitor": visitor, "from_on": from_on, "to_on": to_on}
    upsert(session, VisitedBundle, [said | {"bundle": bundle} for bundle in bundles], key=["visit", "bundle"])


def forget_visits(session: Session, visits: Collection[UUID]) -> None:
    """The visitors of these may look at nothing any longer."""
    session.execute(delete(VisitedBundle).where(VisitedBundle.visit.in_(sorted(visits))))


def list_confirmations(session: Session, family: UUID) -> dict[UUID, str]:
    """Who confirmed which act that was recorded late. Shape: act → subject."""
    rows = session.scalars(select(LateConfirmation).where(LateConfirmation.family == family))
    return {row.act: row.recorded_by for row in rows}
