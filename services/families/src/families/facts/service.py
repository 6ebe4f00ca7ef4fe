"""Facts as a caller may see them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.auth import Caller
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from families import reach, sharing
from families.facts import repository
from families.facts.schemas import FactItems, FactView, PersonFactItems, PersonFacts
from families.feeds.periods import FromTo, PartOf
from families.feeds.registry import FEEDS
from families.models.facts import Fact
from families.people import repository as people
from families.problems import PersonNotFound
from families.sharing import Item

MEASURES = frozenset(fact.measure for feed in FEEDS.values() for fact in feed.facts)
SPELLS = frozenset(
    fact.measure for feed in FEEDS.values() for fact in feed.facts if isinstance(fact.period, FromTo | PartOf)
)
"""What goes on for a while, such as a job. Other facts are of a day, or sum a period up once it is over."""


def list_facts(
    runtime: Runtime, caller: Caller, purpose: str, person: UUID, measure: str | None, as_at: date | None = None
) -> FactItems:
    """What is stated about one person now. Errors: PersonNotFound; RequestNotValid for a measure that no feed has;
    Unavailable.
    """
    _check_measure(measure)
    found = _see(runtime, caller, purpose, [person], measure, as_at)
    if not found:
        raise PersonNotFound()
    return FactItems(items=next(iter(found.values())))


def look_up_facts(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    ids: Collection[UUID],
    measure: str | None = None,
    as_at: date | None = None,
) -> PersonFactItems:
    """What is stated about people now; ids out of reach are simply absent. Errors: as for `list_facts`, but for people
    out of reach.
    """
    _check_measure(measure)
    found = _see(runtime, caller, purpose, ids, measure, as_at)
    return PersonFactItems(items=[PersonFacts(person=root, facts=facts) for root, facts in found.items()])


def _check_measure(measure: str | None) -> None:
    """Errors: RequestNotValid; an empty list would say that there are no such facts."""
    if measure is not None and measure not in MEASURES:
        fix = f"Use one of these: {', '.join(sorted(MEASURES))}. `GET /v1/feeds/{{feed}}` says what each means."
        fault = Fault(pointer="/query/measure", code="unknown_measure", detail="No feed has this measure", fix=fix)
        raise RequestNotValid(errors=[fault])


def _see(
    runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID], measure: str | None, as_at: date | None
) -> dict[UUID, list[FactView]]:
    """Shape: the shared facts of everybody within reach, by present id. `as_at`: as they were on that day, as far as
    is known today; who is met up to a day of their own is told of as it was known then."""
    within = reach.find_reach(runtime, caller, purpose)
    with runtime.read() as session:
        met = within.find_people(session, ids)
        met = {root: until and min(until, as_at or until) for root, until in met.items()}
        known = people.read_people(session, met, names=False, met=met)
        here = [leaf for leaf, root in known.root_of.items() if root not in known.until]
        if as_at is None:
            facts = repository.list_facts(session, here, measure)
        else:
            facts = repository.list_facts_as_at(session, here, as_at, SPELLS, measure)
        for root, until in known.until.items():
            facts += repository.list_facts_as_known(session, known.leaves_of[root], until, measure)
    stated: dict[UUID, set[Item]] = {}
    for fact in facts:
        stated.setdefault(fact.person, set()).add(Item(fact.category, fact.source))
    shared = sharing.decide(runtime, caller, purpose, known.wanted(lambda leaf: stated.get(leaf, ())))
    found: dict[UUID, list[FactView]] = {root: [] for root in known.leaves_of}
    for fact in facts:
        root = known.root_of[fact.person]
        if shared.permits(root, fact.category, fact.source):
            found[root].append(_view(fact, as_at))
    return found


def _view(fact: Fact, as_at: date | None) -> FactView:
    lasted = as_at is not None and fact.to_on is not None and fact.to_on > as_at
    return FactView(
        fact=fact.id,
        person=fact.person,
        measure=fact.measure,
        from_=fact.from_on,
        to=None if lasted else fact.to_on,
        value=fact.value,
        unit=fact.unit,
        source=fact.source,
        category=fact.category,
        record=fact.record_id,
        recorded_at=fact.recorded_at,
    )
