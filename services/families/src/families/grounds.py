"""Whom a stated ground lets a caller meet, and nobody else: their everyday role then counts for nothing.

| `Ground:` | who may state it | whom it reaches |
|---|---|---|
| `enquiry <id>` | who works on it, while it is open | the people whom it is about, and who lives with them |
| `emergency <id>` | who asked for it, until it ends | the people whom it names |
| `cover <id>` | who stands in by it today | the families that the colleague leads now |
| `team <service>` | a manager of that service | the families that somebody of the service leads now |
| `welfare_request <id>` | who asked, once the holder said yes, until it ends | the people of whom it was said |
| | who is of the service that was asked | the people whom it names and of whom the service holds a record |

Who lives with them: everybody who belongs today to a family to which one of them belongs today. An enquiry about a
child needs the adults and children around it, and not who was there once. A protected family is met only by somebody
who lives in it: an enquiry about a father who lives elsewhere does not lead to the mother who fled from him.

A ground that does not hold reaches nobody, so its answers are those to what does not exist.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chassis.auth import Caller, Ground
from chassis.db import in_batches, now, today
from chassis.problems import Fault, RequestNotValid
from families.covers.repository import find_cover
from families.emergency_access import repository as emergencies
from families.enquiries import repository as enquiries
from families.models.families import Family, Membership
from families.models.people import Person
from families.welfare_reach.repository import find_reached
from vocabulary.grounds import GROUNDS

MANAGER = "team_manager"
ELSEWHERE = "non_resident_parent"


@dataclass(frozen=True)
class Named:
    """These people, by root, and these families."""

    people: frozenset[UUID] = frozenset()
    families: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Led:
    """The families that this user leads now, or that anybody of this service does."""

    user: str = ""
    service: str = ""


def find_reached_by(session: Session, caller: Caller, ground: Ground, purpose: str) -> Named | Led:
    """Whom the caller meets on this ground. Errors: RequestNotValid for a ground that is not for the purpose."""
    declared = GROUNDS.get(ground.kind)
    if declared is None or ground.kind not in KINDS or purpose not in declared.purposes:
        fitting = [kind for kind in KINDS if purpose in GROUNDS[kind].purposes]
        fault = Fault(
            pointer="/header/ground",
            code="ground_of_other_purpose",
            detail="Should be a ground for what you ask",
            fix=f"For this purpose there are: {', '.join(fitting) or 'none'}.",
        )
        raise RequestNotValid(errors=[fault])
    return KINDS[ground.kind](session, caller, ground.reference) if caller.is_person else Named()


def _by_enquiry(session: Session, caller: Caller, reference: str) -> Named:
    id = _id(reference)
    enquiry = enquiries.find_open(session, caller, id) if id else None
    if enquiry is None:
        return Named()
    return _with_households(session, enquiries.read_subjects(session, [enquiry.id]).get(enquiry.id, []))


def _by_emergency(session: Session, caller: Caller, reference: str) -> Named:
    id = _id(reference)
    access = (
        emergencies.find_standing(session, id, user=caller.subject, service=caller.service, at=now()) if id else None
    )
    if access is None:
        return Named()
    return Named(people=frozenset(emergencies.read_people(session, [access.id]).get(access.id, [])))


def _by_cover(session: Session, caller: Caller, reference: str) -> Named | Led:
    id = _id(reference)
    cover = find_cover(session, id, covering=caller.subject, service=caller.service, on=today()) if id else None
    return Led(user=cover.covered) if cover else Named()


def _by_team(_: Session, caller: Caller, reference: str) -> Named | Led:
    manages = MANAGER in caller.roles and reference == caller.service
    return Led(service=caller.service) if manages else Named()


def _by_welfare_request(session: Session, caller: Caller, reference: str) -> Named:
    id = _id(reference)
    met = find_reached(session, id, service=caller.service, user=caller.subject, at=now()) if id else set()
    return Named(people=frozenset(met))


KINDS: dict[str, Callable[[Session, Caller, str], Named | Led]] = {
    "enquiry": _by_enquiry,
    "emergency": _by_emergency,
    "cover": _by_cover,
    "team": _by_team,
    "welfare_request": _by_welfare_request,
}


def _with_households(session: Session, roots: Collection[UUID]) -> Named:
    there = or_(Membership.to_on.is_(None), Membership.to_on >= today())
    families: set[UUID] = set()
    for some in in_batches(roots):
        homes = (
            select(Membership.family)
            .join(Person, Person.id == Membership.person)
            .join(Family, Family.id == Membership.family)
            .where(
                Person.root.in_(some),
                Membership.from_on <= today(),
                there,
                or_(Family.protected.is_(False), Membership.role != ELSEWHERE),
            )
        )
        families.update(session.scalars(homes))
    people = set(roots)
    for some in in_batches(families):
        living = select(Person.root).join(Membership, Membership.person == Person.id)
        people.update(session.scalars(living.where(Membership.family.in_(some), Membership.from_on <= today(), there)))
    return Named(frozenset(people), frozenset(families))


def _id(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None
