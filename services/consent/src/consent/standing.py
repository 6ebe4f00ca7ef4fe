"""How a caller has to do with people: asked of `families` before anything is recorded or shown of a person.

Ask, then open a session, never the other way round: families does not ask back, and no call is made in a transaction.
Who does not exist and whom the caller may not act for answer alike, after the same work.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.auth import Caller
from chassis.db import in_batches, new_id
from chassis.http import NOT_AS_AGREED
from chassis.problems import Fault, NotFound, Unavailable
from chassis.runtime import Runtime
from consent.problems import PersonNotFound
from directory.repository import find_service
from vocabulary.acts import may_act, may_act_on_others

ASKED_AT_ONCE = 500


class Kept(Protocol):
    """What an agency recorded about a person."""

    person: UUID
    agency: str


KeptT = TypeVar("KeptT", bound=Kept)


@dataclass(frozen=True)
class PersonStanding:
    """What families says of a person. Shape: every id of theirs, and by which ways the caller works with them."""

    ids: list[UUID]
    ways: frozenset[str]
    person: UUID


@dataclass(frozen=True)
class ReachedPerson:
    """Somebody about whom the caller may do the act. Shape: `ids` are all that are read as this person.

    `others`: also with what another agency recorded.
    """

    person: UUID
    ids: tuple[UUID, ...]
    others: bool


def find_reached(runtime: Runtime, caller: Caller, act: str, people: Iterable[UUID]) -> Mapping[UUID, ReachedPerson]:
    """Those of these people about whom the caller may do this act (`acts.toml`), by each id that was asked for.

    Errors: Unavailable when families does not answer within its time; NotSignedIn when the caller's token has expired.
    """
    with runtime.read() as session:
        service = find_service(session, caller.service)
        sector = service.sector if service else None
    asked = list(dict.fromkeys(people))
    found: dict[UUID, ReachedPerson] = {}
    for some in in_batches(asked, ASKED_AT_ONCE):
        for item in _ask(runtime, caller, some):
            if may_act(act, item.ways, caller.roles, sector):
                others = may_act_on_others(act, item.ways, caller.roles, sector)
                person = ReachedPerson(item.person, tuple(item.ids), others)
                found |= {one: person for one in item.ids}
    return {one: found[one] for one in asked if one in found}


def check_reached(
    runtime: Runtime, caller: Caller, act: str, people: Sequence[UUID], pointer: Callable[[int], str]
) -> None:
    """Everybody whom a request names must exist and be somebody about whom the caller may do this act.

    Shape: `pointer` says where in the request the person of an index stands. Errors: PersonNotFound; Unavailable.
    """
    reached = find_reached(runtime, caller, act, people)
    faults = [person_fault(pointer(index)) for index, person in enumerate(people) if person not in reached]
    if faults:
        raise PersonNotFound(errors=faults)


def check_kept(runtime: Runtime, caller: Caller, act: str, kept: KeptT | None, problem: type[NotFound]) -> KeptT:
    """What is kept of a person, which must be there and within reach of the caller for this act.

    Errors: `problem`, in the same words and after the same work whichever of the two lacks; Unavailable.
    """
    person = kept.person if kept is not None else new_id()  # nobody has it
    reached = find_reached(runtime, caller, act, [person]).get(person)
    if kept is None or reached is None or not (reached.others or kept.agency == caller.agency):
        raise problem()
    return kept


def _ask(runtime: Runtime, caller: Caller, people: list[UUID]) -> list[PersonStanding]:
    question = {"ids": [str(person) for person in people]}
    patience = runtime.settings.standing_patience
    try:
        answer = runtime.client("families").post(
            "/v1/people/standing", question, safe=True, on_behalf_of=caller, patience=patience
        )
        return [
            PersonStanding([UUID(one) for one in item["ids"]], frozenset(map(str, item["ways"])), UUID(item["person"]))
            for item in answer["items"]
        ]
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken


@dataclass(frozen=True)
class MeantPerson:
    """Somebody who is meant. Shape: `ids` are all that are read as this person; `held`: the holder sent a record."""

    person: UUID
    ids: tuple[UUID, ...]
    ways: frozenset[str]
    is_child: bool | None
    held: bool


@dataclass(frozen=True)
class Meaning:
    """Who is meant by one of those who were named: nobody, where `people` is empty, or more than one can be."""

    people: tuple[MeantPerson, ...]
    too_many: bool
    barred: bool


def find_meant(
    runtime: Runtime, caller: Caller, named: Sequence[Mapping[str, Any]], holder: str
) -> tuple[Meaning, ...]:
    """Who is meant by those whom the caller names, and whether this service holds a record of them.

    Shape: one for each, in order. Errors: Unavailable. The caller is told nothing of it by itself.
    """
    question = {"people": [dict(one) for one in named], "holder": holder}
    try:
        answer = runtime.client("families").post(
            "/v1/people/naming", question, safe=True, on_behalf_of=caller, patience=runtime.settings.standing_patience
        )
        return tuple(
            Meaning(
                people=tuple(
                    MeantPerson(
                        UUID(one["person"]),
                        tuple(UUID(id) for id in one["ids"]),
                        frozenset(one["ways"]),
                        one["is_child"],
                        one["held"],
                    )
                    for one in item["people"]
                ),
                too_many=item["too_many"],
                barred=item["barred"],
            )
            for item in answer["items"]
        )
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken


def person_fault(pointer: str) -> Fault:
    """What is wrong with an id of somebody who is not there, or out of reach."""
    return Fault(
        pointer=pointer,
        code="person_not_found",
        detail="There is nobody of this id about whom you may do this",
        fix="Take the id of somebody for whom you work, as a family's page shows it.",
    )
