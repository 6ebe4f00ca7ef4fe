"""Which families this caller may meet at all; out of reach answers like what does not exist.

| who | which families |
|---|---|
| analyst | all |
| programme_coordinator | those of the areas in the token, unless they are protected |
| lead_professional | those that the caller leads now |
| partner_practitioner, and every other person of a partner's service | those on whose team the service is, while an agreement covers anything for this purpose |
| internal_auditor, information_governance_officer, mash_worker, machines | none |
"""  # noqa: E501

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from chassis.auth import Caller
from chassis.db import today
from chassis.runtime import Runtime
from families import sharing
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

    def families(self, *, named: bool = False) -> ColumnElement[bool]:
        """A condition on `Family`.

        `named`: the query itself names the families, or people of theirs, so each is looked at by itself. Otherwise
        those that are the caller's own are looked up first, however many they are.
        """
        roles, ways = self.caller.roles, []
        if "analyst" in roles:
            return true()
        if "programme_coordinator" in roles:
            ways.append(and_(Family.area.in_(sorted(self.caller.areas)), Family.protected.is_(False)))
        if "lead_professional" in roles:
            ways.append(leads(self.caller.subject, named=named))
        if self.as_partner:
            ways.append(on_team(self.caller.service, named=named))
        return or_(*ways) if ways else false()

    def people(self) -> ColumnElement[bool]:
        """A condition on `Person`, leaves and roots alike: whoever belongs, or belonged, to a family within reach.

        For queries that name the people: each is looked at by itself.
        """
        if "analyst" in self.caller.roles:
            return true()
        leaf = aliased(Person)
        # A condition of its own and no join, or SQLite begins with all families of the area.
        within = exists().where(Family.id == Membership.family, self.families(named=True))
        belongs = select(leaf.id).join(Membership, Membership.person == leaf.id).where(leaf.root == Person.root, within)
        return belongs.exists()

    def get_family(self, session: Session, family_id: UUID) -> Family:
        """Errors: FamilyNotFound, in the same words for what does not exist and what is out of reach."""
        family = session.scalar(select(Family).where(Family.id == family_id, self.families(named=True)))
        if family is None:
            raise FamilyNotFound()
        return family


def find_reach(runtime: Runtime, caller: Caller, purpose: str) -> Reach:
    """What the caller may meet for this purpose. Asks `consent`, so call it before a session is opened.

    Errors: Unavailable.
    """
    partner = (
        caller.is_person
        and purpose in caller.purposes
        and ("partner_practitioner" in caller.roles or (caller.service != OWN_SERVICE and not caller.roles & BLIND))
    )
    return Reach(caller, as_partner=partner and bool(sharing.ask_access(runtime, caller, purpose).covers))


def leads(user: str, *, named: bool) -> ColumnElement[bool]:
    """A condition on `Family`: this user is its lead professional now, the latest who was named."""
    own, later = aliased(LeadProfessional), aliased(LeadProfessional)
    overtaken = exists().where(
        later.family == own.family, or_(later.on > own.on, and_(later.on == own.on, later.id > own.id))
    )
    return _among(select(own.family).where(own.user == user, ~overtaken), own.family, named)


def on_team(service: str, *, named: bool) -> ColumnElement[bool]:
    """A condition on `Family`: this service is on its team today."""
    now = today()
    own = select(TeamMember.family).where(
        TeamMember.service == service,
        TeamMember.from_on <= now,
        or_(TeamMember.to_on.is_(None), TeamMember.to_on >= now),
    )
    return _among(own, TeamMember.family, named)


def _among(own: Select[UUID], family: InstrumentedAttribute[UUID], named: bool) -> ColumnElement[bool]:
    return own.where(family == Family.id).exists() if named else Family.id.in_(own)
