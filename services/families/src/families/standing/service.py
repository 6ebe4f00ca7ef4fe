"""In what ways somebody has to do with people: what lets them act for them, whatever the act."""

from collections.abc import Sequence
from uuid import UUID

from chassis.auth import Caller
from chassis.runtime import Runtime
from families.reach import OWN_SERVICE
from families.standing import repository
from families.standing.schemas import PersonStanding, StandingItems


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
