"""Which families this caller may meet at all; out of reach answers like what does not exist.

| who | which families |
|---|---|
| analyst | all |
| programme_coordinator | those of the areas in the token, unless they are protected |
| lead_professional | those that the caller leads now |
| partner_practitioner, and every other person of a partner's service | those on whose team the service is, while an agreement covers anything for this purpose |
| internal_auditor, assurance_visitor, information_governance_officer, mash_worker, childrens_social_worker, team_manager, machines | none |

Whoever states a ground (an open enquiry, emergency access, cover, a team) meets those whom it reaches, and nobody by
their role: `families.grounds`. Whoever is barred from somebody (`bars`) does not meet them in either way.

Of the people of such a family:

| who | what of them |
|---|---|
| belongs to it today | what is known now |
| left it | what was known on the day of leaving, and dated up to it: that day is their `until` |
| left it, and is protected or was ever hidden | nothing: not that they belonged to it, nor until when |

Rose and Mia live with Ned until 12 February, and flee. From the day on which that is known, who reaches Ned's family
learns nothing of the two by it, not even that they were of it. Had they only moved to Rose's mother, the autumn term's
attendance that school sent in January would still be there, and nothing that came after 12 February.

Whoever is protected now is reached through a protected family alone: what somebody stated by hand of another family
leads to nobody who fled. The analyst meets everybody, so none of this applies.
"""  # noqa: E501

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from chassis.auth import Caller
from chassis.db import in_batches, today
from chassis.runtime import Runtime
from families import sharing
from families.bars.repository import NOBODY, Barred, find_barred
from families.grounds import Led, Named, find_reached_by
from families.models.families import Family, Membership
from families.models.people import AddressStatement, Person
from families.models.premises import Premises
from families.models.protections import ProtectedPerson
from families.models.support import LeadProfessional, TeamMember
from families.problems import FamilyNotFound
from vocabulary.premises import HIDING

OWN_SERVICE = "programme"
"""The service whose records the platform's own are."""
PROGRAMME = "programme"
"""The sector that the directory names for it."""
BLIND = frozenset(
    {
        *("internal_auditor", "assurance_visitor", "information_governance_officer"),
        *("mash_worker", "childrens_social_worker", "team_manager"),
    }
)


@dataclass(frozen=True)
class Reach:
    """The rows that a caller may meet, as conditions for queries."""

    caller: Caller
    as_partner: bool
    by: Named | Led | None = None
    barred: Barred = NOBODY

    def families(self, *, named: bool = False) -> ColumnElement[bool]:
        """A condition on `Family`.

        `named`: the query itself names the families, or people of theirs, so each is looked at by itself. Otherwise
        those that are the caller's own are looked up first, however many they are.
        """
        return _unless_barred(Family.id, self.barred.families, self._families(named))

    def _families(self, named: bool) -> ColumnElement[bool]:
        if isinstance(self.by, Named):
            return Family.id.in_(sorted(self.by.families))
        if isinstance(self.by, Led):
            return leads(user=self.by.user, service=self.by.service, named=named)
        roles, ways = self.caller.roles, []
        if "analyst" in roles:
            return true()
        if "programme_coordinator" in roles:
            ways.append(and_(Family.area.in_(sorted(self.caller.areas)), Family.protected.is_(False)))
        if "lead_professional" in roles:
            ways.append(leads(user=self.caller.subject, named=named))
        if self.as_partner:
            ways.append(on_team(self.caller.service, named=named))
        return or_(*ways) if ways else false()

    def people(self) -> ColumnElement[bool]:
        """A condition on `Person`, leaves and roots alike: whoever belongs to a family within reach today.

        Whoever acts on somebody must reach them so; having belonged is not enough. For queries that name the people:
        each is looked at by itself.
        """
        return _unless_barred(Person.root, self.barred.people, self._people())

    def _people(self) -> ColumnElement[bool]:
        if isinstance(self.by, Named):
            return Person.root.in_(sorted(self.by.people))
        if self._meets_everybody:
            return true()
        leaf, safe = aliased(Person), or_(Family.protected, ~is_protected(Person.root))
        # A condition of its own and no join, or SQLite begins with all families of the area.
        within = exists().where(Family.id == Membership.family, self.families(named=True), safe)
        belongs = select(leaf.id).join(Membership, Membership.person == leaf.id)
        return belongs.where(leaf.root == Person.root, is_current(Membership), within).exists()

    def find_people(self, session: Session, ids: Collection[UUID]) -> dict[UUID, date | None]:
        """Those of these ids whom the caller meets. Shape: root → their `until`; None for whoever is of a family now.

        One statement a batch, whatever exists, so that nobody can tell by it who does.
        """
        met: dict[UUID, date | None] = {}
        for some in in_batches(ids):
            if self._meets_everybody or isinstance(self.by, Named):
                there = select(Person.root).where(Person.id.in_(some), self.people())
                met.update(dict.fromkeys(session.scalars(there)))
                continue
            now, left_on = self.people(), self._left_on()
            looking_back = and_(left_on.is_not(None), ~was_ever_hidden(Person.root))
            may_look_back = _unless_barred(Person.root, self.barred.people, looking_back)
            rows = select(Person.root, now.label("now"), left_on.label("left_on"))
            for root, is_here, until in session.execute(rows.where(Person.id.in_(some), or_(now, may_look_back))):
                met[root] = None if is_here else until
        return met

    @property
    def _meets_everybody(self) -> bool:
        return self.by is None and "analyst" in self.caller.roles

    def _left_on(self) -> ColumnElement[date | None]:
        """The last day on which a person belonged to a family within reach that they have left."""
        leaf = aliased(Person)
        within = exists().where(Family.id == Membership.family, self.families(named=True))
        last = select(func.max(Membership.to_on)).join(leaf, Membership.person == leaf.id)
        return last.where(leaf.root == Person.root, ~is_current(Membership), within).scalar_subquery()

    def get_family(self, session: Session, family_id: UUID) -> Family:
        """Errors: FamilyNotFound, in the same words for what does not exist and what is out of reach."""
        family = session.scalar(select(Family).where(Family.id == family_id, self.families(named=True)))
        if family is None:
            raise FamilyNotFound()
        return family


def narrow_to(met: dict[UUID, date | None], as_at: date | None) -> dict[UUID, date | None]:
    """People whom the caller meets, looked at as at a day: nobody's `until` lies behind it, and nobody more is met."""
    if as_at is None:
        return met
    return {root: as_at if until is None else min(until, as_at) for root, until in met.items()}


def find_reach(runtime: Runtime, caller: Caller, purpose: str) -> Reach:
    """What the caller may meet for this purpose. Asks `consent`, so call it before a session is opened.

    Errors: Unavailable; RequestNotValid for a ground that is not for this purpose.
    """
    with runtime.read() as session:
        barred = find_barred(session, caller.subject)
        by = find_reached_by(session, caller, caller.ground, purpose) if caller.ground else None
    if by is not None:
        return Reach(caller, as_partner=False, by=by, barred=barred)
    partner = (
        caller.is_person
        and purpose in caller.purposes
        and ("partner_practitioner" in caller.roles or (caller.sector != PROGRAMME and not caller.roles & BLIND))
    )
    as_partner = partner and bool(sharing.ask_access(runtime, caller, purpose).covers)
    return Reach(caller, as_partner=as_partner, barred=barred)


def leads(*, named: bool, user: str = "", service: str = "") -> ColumnElement[bool]:
    """A condition on `Family`: its lead professional now, the latest who was named, is this user or of this service."""
    own, later = aliased(LeadProfessional), aliased(LeadProfessional)
    overtaken = exists().where(
        later.family == own.family, or_(later.on > own.on, and_(later.on == own.on, later.id > own.id))
    )
    meant = own.user == user if user else own.service == service
    return _among(select(own.family).where(meant, ~overtaken), own.family, named)


def on_team(service: str, *, named: bool) -> ColumnElement[bool]:
    """A condition on `Family`: this service is on its team today."""
    now = today()
    own = select(TeamMember.family).where(
        TeamMember.service == service,
        TeamMember.from_on <= now,
        or_(TeamMember.to_on.is_(None), TeamMember.to_on >= now),
    )
    return _among(own, TeamMember.family, named)


def _unless_barred(
    id: InstrumentedAttribute[UUID], barred: Collection[UUID], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    return and_(condition, id.not_in(sorted(barred))) if barred else condition


def is_protected(root: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """A condition: this person, by root, may not be located now."""
    leaf, home, stay = aliased(Person), aliased(Family), aliased(Membership)
    # The root is a column of a query further out, which is looked for there only when it is said so.
    hidden = select(leaf.id).where(leaf.root == root, ProtectedPerson.person == leaf.id)
    stays = select(leaf.id).where(leaf.root == root, stay.person == leaf.id, is_current(stay))
    there = stays.where(home.id == stay.family, home.protected)
    return or_(
        hidden.correlate_except(leaf, ProtectedPerson).exists(), there.correlate_except(leaf, stay, home).exists()
    )


def was_ever_hidden(root: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """A condition: this person, by root, may not be located, or was once said to live where nobody may be."""
    leaf = aliased(Person)
    refuges = select(Premises.uprn).where(Premises.kind.in_(sorted(HIDING)))
    words = select(AddressStatement.postcode).where(AddressStatement.uprn.in_(refuges), AddressStatement.postcode != "")
    there = aliased(AddressStatement)
    stayed = select(leaf.id).where(
        leaf.root == root,
        there.person == leaf.id,
        or_(there.uprn.in_(refuges), and_(there.uprn.is_(None), there.postcode.in_(words))),
    )
    return or_(is_protected(root), stayed.correlate_except(leaf, there).exists())


def is_current(membership: type[Membership]) -> ColumnElement[bool]:
    return or_(membership.to_on.is_(None), membership.to_on >= today())


def _among(own: Select[UUID], family: InstrumentedAttribute[UUID], named: bool) -> ColumnElement[bool]:
    return own.where(family == Family.id).exists() if named else Family.id.in_(own)
