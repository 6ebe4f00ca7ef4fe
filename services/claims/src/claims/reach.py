"""Which families and claims a caller may meet at all; out of reach answers like what does not exist.

| who                    | families                       | claims                                         |
|------------------------|--------------------------------|------------------------------------------------|
| analyst, claims_officer| all                            | all                                            |
| programme_coordinator  | those of the areas in the token| of those families                              |
| lead_professional      | those that the caller leads now| of those families, money left out              |
| internal_auditor       | none                           | those in a sample                              |
| finance_officer        | none                           | all, without what is known of people           |
| anybody else, machines | none                           | none                                           |
"""

from sqlalchemy import ColumnElement, exists, false, or_, true

from chassis.auth import Caller
from claims.models import Claim, Family, Question, Sampled

EVERYWHERE = frozenset({"analyst", "claims_officer"})
HANDLE = frozenset({"claims_officer", "internal_auditor", "finance_officer", "analyst"})


def families(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Family`."""
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
    return true() if "finance_officer" in caller.roles else claims_in_full(caller)


def claims_in_full(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Claim`: those of which the caller may be shown what is known of people."""
    if caller.roles & EVERYWHERE:
        return true()
    # Each claim is looked at by itself: all families of an area would be read first for one claim.
    ways = [exists().where(Family.id == Claim.family, families(caller))]
    if "internal_auditor" in caller.roles:
        ways.append(exists().where(Sampled.claim == Claim.id))
    return or_(*ways)


def questions(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Question`: claims officers answer them; auditors read those of claims in a sample."""
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
