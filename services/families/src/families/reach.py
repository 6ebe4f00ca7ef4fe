"""Which families this caller may meet at all; out of reach answers like what does not exist.

| who | which families |
|---|---|
| analyst | all |
| programme_coordinator | those of the areas in the token, unless they are sealed |
| lead_professional | those that the caller leads now |
| partner_practitioner, and every other person of a partner's service | those on whose team the service is, while an agreement covers anything for this purpose |
| internal_auditor, information_governance_officer, mash_worker, machines | none |
"""  # noqa: E501

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from chassis.auth import Caller
from chassis.db import today
from chassis.runtime import Runtime
from families import release
from families.models.families import Family, Membership
from families.models.people import Person
from families.models.support import LeadProfessional, TeamMember
from families.problems import FamilyNotFound

OWN_SERVICE = "programme"
BLIND = frozenset({"internal_auditor", "information_governance_officer", "mash_worker"})


@dataclass(frozen=True)
class Reach:
    """The rows that a caller may meet, as conditions for queries."""

    caller: Caller
    as_partner: bool

    def families(self) -> ColumnElement[bool]:
        """A condition on `Family`."""
        roles, ways = self.caller.roles, []
        if "analyst" in roles:
            return true()
        if "programme_coordinator" in roles:
            ways.append(and_(Family.area.in_(sorted(self.caller.areas)), Family.sealed.is_(False)))
        if "lead_professional" in roles:
            ways.append(leads(self.caller.subject))
        if self.as_partner:
            ways.append(on_team(self.caller.service))
        return or_(*ways) if ways else false()

    def people(self) -> ColumnElement[bool]:
        """A condition on `Person`, leaves and roots alike: whoever belongs, or belonged, to a family within reach."""
        if "analyst" in self.caller.roles:
            return true()
        leaf = aliased(Person)
        known = (
            select(leaf.root)
            .join(Membership, Membership.person == leaf.id)
            .join(Family, Family.id == Membership.family)
            .where(self.families())
        )
        return Person.root.in_(known)

    def get_family(self, session: Session, family_id: UUID) -> Family:
        """Errors: FamilyNotFound, in the same words for what does not exist and what is out of reach."""
        family = session.scalar(select(Family).where(Family.id == family_id, self.families()))
        if family is None:
            raise FamilyNotFound()
        return family


def of(runtime: Runtime, caller: Caller, purpose: str) -> Reach:
    """What the caller may meet for this purpose. Asks `consent`, so call it before a session is opened.

    Errors: Unavailable.
    """
    partner = caller.is_person and (
        "partner_practitioner" in caller.roles or (caller.service != OWN_SERVICE and not caller.roles & BLIND)
    )
    return Reach(caller, as_partner=partner and bool(release.access(runtime, caller, purpose)["covers"]))


def leads(user: str) -> ColumnElement[bool]:
    """A condition on `Family`: this user is its lead professional now, the latest who was named."""
    own, later = aliased(LeadProfessional), aliased(LeadProfessional)
    overtaken = exists().where(
        later.family == own.family, or_(later.on > own.on, and_(later.on == own.on, later.id > own.id))
    )
    return Family.id.in_(select(own.family).where(own.user == user, ~overtaken))


def on_team(service: str) -> ColumnElement[bool]:
    """A condition on `Family`: this service is on its team today."""
    now = today()
    return Family.id.in_(
        select(TeamMember.family).where(
            TeamMember.service == service,
            TeamMember.from_on <= now,
            or_(TeamMember.to_on.is_(None), TeamMember.to_on >= now),
        )
    )
