from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from families.models.families import Membership
from families.models.people import Person
from families.models.support import Assessment
from families.problems import AssessmentNotFound, PersonNotFound


def get_assessment(session: Session, family: UUID, assessment_id: UUID) -> Assessment:
    assessment = session.get(Assessment, assessment_id)
    if assessment is None or assessment.family != family:
        raise AssessmentNotFound()
    return assessment


def get_member(session: Session, family: UUID, person_id: UUID) -> UUID:
    """The id, if this person belongs or belonged to the family under any of their ids."""
    root = select(Person.root).where(Person.id == person_id).scalar_subquery()
    leaves = select(Person.id).where(Person.root == root)
    belongs = select(Membership.id).where(Membership.family == family, Membership.person.in_(leaves)).limit(1)
    if session.scalar(belongs) is None:
        raise PersonNotFound()
    return person_id
