"""Finding people by name, date of birth or number: candidates by blocking keys, as for a line of a push."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.runtime import Runtime
from families import sharing
from families.matching import blocking, repository
from families.matching.names import compare_forenames, compare_surnames, fold
from families.matching.schemas import SearchRequest
from families.models.people import PersonName
from families.people import repository as people
from families.people.repository import KnownPeople
from families.people.schemas import PersonItems
from families.people.service import read_reached, share_people
from families.people.views import view_person
from families.sharing import IDENTITY, PermittedSharing

NOBODY = UUID(int=0)
"""Looked for where nobody was found: how much is asked of the store tells nobody whether there is such a person."""
FOUND_AT_MOST = 50
NAMESAKES_AT_MOST = 1000
"""A blocking key that more people share finds nobody."""


def search_people(runtime: Runtime, caller: Caller, purpose: str, request: SearchRequest) -> PersonItems:
    """People who fit, judged only by what is shared of them, so that a search finds nothing out.

    Errors: Unavailable.
    """
    with runtime.read() as session:
        ids = find_candidates(session, request)
    known = read_reached(runtime, caller, purpose, ids or {NOBODY})
    # Only asked, and not shared: whoever does not fit is not shown to anybody, and no line of the log says so.
    judged = sharing.decide(runtime, caller, purpose, known.wanted(known.identity_of), share=False)
    found = [root for root in known.leaves_of if _fits(request, root, known, judged)][:FOUND_AT_MOST]
    if not found:
        return PersonItems(items=[])
    known = known.only(found)
    shared = share_people(runtime, caller, purpose, known)
    access = sharing.ask_access(runtime, caller, purpose)
    # Asked again, since somebody may have withdrawn meanwhile.
    fitting = [root for root in found if _fits(request, root, known, shared)]
    return PersonItems(items=[view_person(root, known, shared, access) for root in fitting])


def find_candidates(session: Session, request: SearchRequest) -> set[UUID]:
    """Whoever the index finds under each of the things asked for."""
    asked: list[set[int]] = []
    if request.name:
        words = fold(request.name).split()
        asked.append(
            {key for one in words for other in words if one != other for key in blocking.name_keys(one, other)}
        )
    if request.date_of_birth:
        asked.append({blocking.hashed(f"d:{request.date_of_birth.isoformat()}")})
    if request.identifier:
        number = request.identifier.replace(" ", "").upper()
        asked.append({blocking.hashed(f"i:upn:{number}"), blocking.hashed(f"i:nino:{number[:8]}")})
    found: set[UUID] | None = None
    for keys in asked:
        blocks = repository.find_blocks(session, keys, NAMESAKES_AT_MOST)
        leaves = {person for block in blocks.values() for person in block}
        # The parts of a person's name, date and number may stand on different leaves.
        roots = people.find_roots(session, leaves or {NOBODY})
        found = roots if found is None else found & roots
    return found or set()


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
        (request.name is None or any(is_called(name, fold(request.name).split()) for name in names))
        and (request.date_of_birth is None or any(name.date_of_birth == request.date_of_birth for name in names))
        and (request.identifier is None or bool(numbers & {("upn", number), ("nino", number[:8])}))
    )


def is_called(name: PersonName, words: list[str]) -> bool:
    forename, surname = fold(name.forename), fold(name.surname)
    return any(
        compare_forenames(one, forename) in ("exact", "nickname", "part")
        and compare_surnames(other, surname) in ("exact", "part", "reordered")
        for one in words
        for other in words
        if one != other
    )
