"""In what ways somebody has to do with people: what lets them act for them, whatever the act."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import today
from chassis.db import new_id
from chassis.runtime import Runtime
from families.bars.repository import find_barred
from families.matching.naming import FIT_AT_MOST, SomebodyRequest, find_meant
from families.people.repository import KnownPeople, read_people
from families.reach import OWN_SERVICE
from families.standing import repository
from families.standing.schemas import Meaning, Meanings, MeantPerson, NamingRequest, PersonStanding, StandingItems
from families.welfare_reach.repository import find_held


def find_standing(runtime: Runtime, caller: Caller, ids: Sequence[UUID]) -> StandingItems:
    """In what ways the caller has to do with each of these people now, by whichever id. Asks no other program.

    A machine has nothing to do with anybody: acts about people are people's.
    Shape: one item a person. As many statements for people who do not exist as for those who do.
    """
    with runtime.read() as session:
        leaves = repository.list_leaves(session, ids)
        ways = repository.find_ways(session, caller, ids, own_service=OWN_SERVICE)
    items = [
        PersonStanding(person=root, ids=[root, *(leaf for leaf in theirs if leaf != root)], ways=sorted(ways[root]))
        for root, theirs in leaves.items()
        if ways.get(root)
    ]
    return StandingItems(items=items)


WELFARE, OF_AGE = "welfare_of_child", 18


def find_named_people(runtime: Runtime, caller: Caller, asked: NamingRequest) -> Meanings:
    """Who is meant by each who is named for the welfare of a child, as far as this program knows. Asks no other one."""
    with runtime.read() as session:
        barred = find_barred(session, caller.subject).people
        return Meanings(items=[_meaning(session, caller, one, asked.holder, barred) for one in asked.people])


def _meaning(session: Session, caller: Caller, named: SomebodyRequest, holder: str, barred: frozenset[UUID]) -> Meaning:
    roots = sorted(find_meant(session, named, WELFARE))
    if len(roots) > FIT_AT_MOST:
        return Meaning(people=[], too_many=True)
    if not barred.isdisjoint(roots):
        return Meaning(people=[], barred=True)
    looked_up = roots or [new_id()]  # as many statements for nobody as for somebody
    known = read_people(session, looked_up)
    ways = repository.find_ways(session, caller, looked_up, own_service=OWN_SERVICE)
    held = find_held(session, looked_up, holder)
    return Meaning(
        people=[
            MeantPerson(
                person=root,
                ids=[root, *(leaf for leaf in leaves if leaf != root)],
                ways=sorted(ways.get(root, ())),
                is_child=_is_child(known, root),
                held=root in held,
            )
            for root, leaves in known.leaves_of.items()
        ]
    )


def _is_child(known: KnownPeople, root: UUID) -> bool | None:
    births = {name.date_of_birth for leaf in known.leaves_of[root] for name in known.names.get(leaf, ())} - {None}
    now = today()
    ages = {now.year - born.year - ((now.month, now.day) < (born.month, born.day)) < OF_AGE for born in births if born}
    return ages.pop() if len(ages) == 1 else None
