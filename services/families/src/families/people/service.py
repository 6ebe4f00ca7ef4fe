"""People as a caller may see them: reached first, then shared, part by part."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.etag import etag
from chassis.runtime import Runtime
from families import reach, sharing
from families.families.views import given
from families.matching import blocking
from families.matching import repository as matching
from families.matching.names import compare_forenames, compare_surnames, fold
from families.matching.scorer import explain
from families.models.people import PersonName
from families.people import repository, views
from families.people.repository import KnownPeople
from families.people.schemas import Access, PersonItems, PersonLinkItems, PersonLinkView, PersonView, SearchRequest
from families.problems import PersonNotFound
from families.sharing import ADDRESS, IDENTITY, PermittedSharing

FOUND_AT_MOST = 50
SCHEMES = ("upn", "nino")


def show(runtime: Runtime, caller: Caller, purpose: str, person: UUID) -> tuple[PersonView, str]:
    """One person, by any of their ids. Shape: the person and its ETag. Errors: PersonNotFound, Unavailable."""
    known, shared = _see(runtime, caller, purpose, [person])
    if not known.leaves_of:
        raise PersonNotFound()
    access = Access.model_validate(sharing.access(runtime, caller, purpose))
    root = next(iter(known.leaves_of))
    return views.person(root, known, shared, access), etag(known.version_of[root])


def look_up(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> PersonItems:
    """People by any of their ids; ids out of reach are simply absent. Errors: Unavailable."""
    known, shared = _see(runtime, caller, purpose, ids)
    if not known.leaves_of:
        return PersonItems(items=[])
    access = Access.model_validate(sharing.access(runtime, caller, purpose))
    return PersonItems(items=[views.person(root, known, shared, access) for root in known.leaves_of])


def list_links(runtime: Runtime, caller: Caller, purpose: str, person: UUID) -> PersonLinkItems:
    """Why records count as this person's. A record is shown where its source's identity data is shared.

    Errors: PersonNotFound, Unavailable.
    """
    known, shared = _see(runtime, caller, purpose, [person])
    if not known.leaves_of:
        raise PersonNotFound()
    root = next(iter(known.leaves_of))
    with runtime.read() as session:
        hidden = bool(matching.protected_among(session, known.root_of))
    return PersonLinkItems(
        items=[
            PersonLinkView(
                record=record.id,
                feed=record.feed,
                key=record.natural_key,
                source=record.source,
                how=record.how,
                explanation=[e for e in explain(record.outcomes) if not (hidden and e["field"] == "address")],
                at=record.linked_at,
                **given(score=None if hidden else record.score),
            )
            for leaf in known.leaves_of[root]
            for record in known.records.get(leaf, [])
            if shared.permits(root, IDENTITY, record.source)
        ]
    )


def search(runtime: Runtime, caller: Caller, purpose: str, request: SearchRequest) -> PersonItems:
    """People who fit, judged only by what is shared of them, so that a search finds nothing out.

    Errors: Unavailable.
    """
    within = reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        ids = _possible(session, request)
        roots = repository.find_reached(session, within.people(), ids)
    known, shared = _see(runtime, caller, purpose, roots)
    if not known.leaves_of:
        return PersonItems(items=[])
    access = Access.model_validate(sharing.access(runtime, caller, purpose))
    found = [root for root in known.leaves_of if _fits(request, root, known, shared)]
    return PersonItems(items=[views.person(root, known, shared, access) for root in found[:FOUND_AT_MOST]])


def _see(runtime: Runtime, caller: Caller, purpose: str, ids: Collection[UUID]) -> tuple[KnownPeople, PermittedSharing]:
    within = reach.of(runtime, caller, purpose)
    with runtime.read() as session:
        roots = repository.find_reached(session, within.people(), ids)
        known = repository.know(session, roots, addresses=True)
    if not known.leaves_of:
        return known, PermittedSharing()
    items = known.items(IDENTITY) | known.items(ADDRESS)
    return known, sharing.decide(runtime, caller, purpose, known.subjects(), items)


def _possible(session: Session, request: SearchRequest) -> set[UUID]:
    """Whoever the index finds under each of the things asked for."""
    asked: list[set[int]] = []
    if request.name:
        words = fold(request.name).split()
        asked.append({key for one in words for other in words if one != other for key in _name_keys(one, other)})
    if request.date_of_birth:
        asked.append({blocking.hashed(f"d:{request.date_of_birth.isoformat()}")})
    if request.identifier:
        number = request.identifier.replace(" ", "").upper()
        asked.append({blocking.hashed(f"i:upn:{number}"), blocking.hashed(f"i:nino:{number[:8]}")})
    found: set[UUID] | None = None
    for keys in asked:
        blocks = matching.find_blocks(session, keys, 1000)
        people = {person for block in blocks.values() for person in block}
        # The parts of a person's name, date and number may stand on different leaves.
        roots = repository.find_roots(session, people)
        found = roots if found is None else found & roots
    return found or set()


def _name_keys(forename: str, surname: str) -> set[int]:
    return blocking.name_keys(forename, surname)


def _fits(request: SearchRequest, root: UUID, known: KnownPeople, shared: PermittedSharing) -> bool:
    leaves = known.leaves_of[root]
    names = [n for leaf in leaves for n in known.names.get(leaf, []) if shared.permits(root, IDENTITY, n.source)]
    numbers = {
        (row.scheme, row.value[:8] if row.scheme == "nino" else row.value)
        for leaf in leaves
        for row in known.identifiers.get(leaf, [])
        if shared.permits(root, IDENTITY, row.source)
    }
    number = (request.identifier or "").replace(" ", "").upper()
    return (
        (request.name is None or any(_is_called(name, fold(request.name).split()) for name in names))
        and (request.date_of_birth is None or any(name.date_of_birth == request.date_of_birth for name in names))
        and (request.identifier is None or bool(numbers & {("upn", number), ("nino", number[:8])}))
    )


def _is_called(name: PersonName, words: list[str]) -> bool:
    forename, surname = fold(name.forename), fold(name.surname)
    return any(
        compare_forenames(one, forename) in ("exact", "nickname", "part")
        and compare_surnames(other, surname) in ("exact", "part", "reordered")
        for one in words
        for other in words
        if one != other
    )
