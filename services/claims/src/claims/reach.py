"""Which families and claims a caller may meet at all; out of reach answers like what does not exist.

| who                    | families                       | claims                                         |
|------------------------|--------------------------------|------------------------------------------------|
| analyst, claims_officer| all                            | all                                            |
| programme_coordinator  | those of the areas in the token| of those families                              |
| lead_professional      | those that the caller leads now| of those families, money left out              |
| internal_auditor       | none                           | those in a sample                              |
| finance_officer        | none                           | all, without what is known of people           |
| anybody else, machines | none                           | none                                           |

Nobody meets the families of those from whom families tells that they are barred: relatives and neighbours of theirs.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from chassis.auth import Caller
from claims.models import BarredFrom, Claim, Family, Membership, Question, Sampled

EVERYWHERE = frozenset({"analyst", "claims_officer"})
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


def sees_money(caller: Caller) -> bool:
    """Lead professionals support families whatever those earn."""
    return bool(caller.roles - {"lead_professional"})


def reported(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Family`: those that the caller's reports count."""
    return families(caller) if caller.roles <= {"programme_coordinator", "lead_professional"} else true()


def _not_barred(caller: Caller, family: Any) -> ColumnElement[bool]:
    """A condition on a column: no family from which the caller is barred, nor one to which such a person belonged."""
    belonged = exists().where(Membership.person == BarredFrom.id, Membership.family == family)
    return ~exists().where(BarredFrom.user == caller.subject, or_(BarredFrom.id == family, belonged))
