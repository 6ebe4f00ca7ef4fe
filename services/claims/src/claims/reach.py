"""Which families and claims a caller may meet at all; out of reach answers like what does not exist.

| who                    | families                       | claims                                         |
|------------------------|--------------------------------|------------------------------------------------|
| analyst, claims_officer| all                            | all                                            |
| programme_coordinator  | those of the areas in the token| of those families                              |
| lead_professional      | those that the caller leads now| of those families, money left out              |
| internal_auditor       | none                           | those in a sample                              |
| assurance_visitor      | none                           | those of the caller's visit, on its days       |
| finance_officer        | none                           | all, without what is known of people           |
| anybody else, machines | none                           | none                                           |

Nobody meets the families of those from whom families tells that they are barred: relatives and neighbours of theirs.

Who left a family may have fled from it: to a coordinator and a lead professional, what rests on somebody who may not be
located is withheld, unless they meet the family in which that person lives now (`find_met`).
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import today
from chassis.db import in_batches
from claims.models import (
    AssuranceVisit,
    BarredFrom,
    Claim,
    Family,
    LedgerEntry,
    Membership,
    Protection,
    Question,
    Sampled,
    VisitedClaim,
)

EVERYWHERE = frozenset({"analyst", "claims_officer"})
PROGRAMME = "programme"
"""The sector that the directory names for the programme's own services."""
HANDLE = frozenset({"claims_officer", "internal_auditor", "finance_officer", "analyst"})


def families(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Family`."""
    return and_(_families(caller), _not_barred(caller, Family.id))


def _families(caller: Caller) -> ColumnElement[bool]:
    if caller.roles & EVERYWHERE:
        return true()
    ways: list[ColumnElement[bool]] = []
    if "programme_coordinator" in caller.roles:
        ways.append(Family.area.in_(sorted(caller.areas)))
    if "lead_professional" in caller.roles:
        ways.append(Family.lead == caller.subject)
    return or_(*ways) if ways else false()


def claims(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Claim`: those that the caller may meet at all."""
    everywhere = _not_barred(caller, Claim.family)
    return everywhere if "finance_officer" in caller.roles else claims_in_full(caller)


def claims_in_full(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Claim`: those of which the caller may be shown what is known of people."""
    return and_(_claims_in_full(caller), _not_barred(caller, Claim.family))


def _claims_in_full(caller: Caller) -> ColumnElement[bool]:
    if caller.roles & EVERYWHERE:
        return true()
    # Each claim is looked at by itself: all families of an area would be read first for one claim.
    ways = [exists().where(Family.id == Claim.family, families(caller))]
    if "internal_auditor" in caller.roles:
        ways.append(exists().where(Sampled.claim == Claim.id))
    if "assurance_visitor" in caller.roles:
        named = (VisitedClaim.claim == Claim.id, VisitedClaim.visit == AssuranceVisit.id)
        ways.append(exists().where(*named, visits_running(caller)))
    return or_(*ways)


def questions(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Question`: claims officers answer them; auditors read those of claims in a sample."""
    sides = (_not_barred(caller, Question.family), _not_barred(caller, Question.other))
    return and_(_questions(caller), *sides)


def _questions(caller: Caller) -> ColumnElement[bool]:
    if "claims_officer" in caller.roles:
        return true()
    if "internal_auditor" in caller.roles:
        sampled = exists().where(Sampled.claim == Claim.id)
        return exists().where(or_(Claim.family == Question.family, Claim.family == Question.other), sampled)
    return false()


def handles_batches(caller: Caller) -> ColumnElement[bool]:
    """Batches and their samples are for those who make, audit and submit them."""
    return true() if caller.roles & HANDLE else false()


def may_open_visits(caller: Caller) -> bool:
    """The council's information governance officer answers for what is shown to the department, and has no hand in any
    claim. The role exists in partner agencies too; their officers have no visits."""
    return "information_governance_officer" in caller.roles and caller.sector == PROGRAMME


def visits(caller: Caller) -> ColumnElement[bool]:
    """A condition on `AssuranceVisit`: all for who may open and close them, a running one for its visitor."""
    if may_open_visits(caller) or "internal_auditor" in caller.roles:
        return true()
    return visits_running(caller)


def visits_running(caller: Caller) -> ColumnElement[bool]:
    """A condition on `AssuranceVisit`: the caller's own, on its days and unless it was closed."""
    if "assurance_visitor" not in caller.roles:
        return false()
    now = today()
    running = (AssuranceVisit.from_on <= now, AssuranceVisit.to_on >= now, AssuranceVisit.closed_at.is_(None))
    return and_(AssuranceVisit.visitor == caller.subject, *running)


def sees_money(caller: Caller) -> bool:
    """Lead professionals support families whatever those earn."""
    return bool(caller.roles - {"lead_professional"})


def counts_all(caller: Caller) -> bool:
    """Whether figures of all families are the caller's: not of whoever meets families by area or by leading them."""
    return bool(caller.roles - {"programme_coordinator", "lead_professional"})


def reported(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Family`: those that the caller's reports count."""
    return true() if counts_all(caller) else families(caller)


def ledger(caller: Caller) -> ColumnElement[bool]:
    """A condition on `LedgerEntry`: all of it, or the results of families that the caller meets.

    A row without a name is a row of somebody: who sees one more paid than families that she meets knows of a family
    that lives where nobody may know.
    """
    return true() if counts_all(caller) else exists().where(Claim.id == LedgerEntry.claim, claims(caller))


def find_met(session: Session, caller: Caller, people: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    """Whose records may stand beneath what the caller is shown. Shape: `people` are present ids, each with all its ids.

    Who meets families by area or by leading them meets nobody who may not be located, except through the family in
    which they live now. Whatever rests on such a person is withheld as if it were not permitted.
    """
    if not caller.is_person or not caller.roles <= {"programme_coordinator", "lead_professional"}:
        return set(people)
    root_of = {leaf: root for root, leaves in people.items() for leaf in (root, *leaves)}
    last: dict[UUID, Membership] = {}
    hidden: set[UUID] = set()
    for some in in_batches(root_of):
        for row in session.scalars(select(Membership).where(Membership.person.in_(some))):
            if row.membership not in last or row.sequence > last[row.membership].sequence:
                last[row.membership] = row
        held = select(Protection.person).where(Protection.person.in_(some), Protection.lifted.is_(False))
        hidden.update(root_of[person] for person in session.scalars(held))
    now = today()
    homes: dict[UUID, set[UUID]] = {}
    for row in last.values():
        if not row.removed and (row.ends is None or row.ends >= now):
            homes.setdefault(row.family, set()).add(root_of[row.person])
    within: set[UUID] = set()
    for some in in_batches(homes):
        nowhere = select(Family.id, families(caller)).where(Family.id.in_(some), Family.area.is_(None))
        for family, is_met in session.execute(nowhere):
            hidden |= homes[family]
            within |= homes[family] if is_met else set()
    return set(people) - (hidden - within)


def _not_barred(caller: Caller, family: Any) -> ColumnElement[bool]:
    """A condition on a column: no family from which the caller is barred, nor one to which such a person belonged."""
    belonged = exists().where(Membership.person == BarredFrom.id, Membership.family == family)
    return ~exists().where(BarredFrom.user == caller.subject, or_(BarredFrom.id == family, belonged))
