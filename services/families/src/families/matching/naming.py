"""Whom somebody means who may not search: people named by id, by a number, or by name and date of birth, and no others.

A social worker hears of a child by name. To say whom an enquiry is about, they need the person, and reach nobody yet.
"""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Id, Line, PastDate, Schema
from directory.repository import find_sectors
from families.matching.names import fold
from families.matching.schemas import SearchRequest
from families.matching.searching import find_candidates, is_called
from families.people import repository as people
from families.people.repository import KnownPeople
from families.problems import PersonNotFound
from vocabulary.origins import ORIGINS

FIT_AT_MOST = 5
"""Records of one child may stand as several people until somebody has looked at them; more are somebody else's."""


class SomebodyRequest(Schema):
    """Shape: `person`, or `identifier`, or `name` and `date_of_birth`."""

    person: Id | None = None
    identifier: Line | None = None
    name: Line | None = None
    date_of_birth: PastDate | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_name = self.name is not None or self.date_of_birth is not None
        if (self.person is not None) + (self.identifier is not None) + by_name != 1:
            raise PydanticCustomError("named_in_one_way", "Should name somebody by one of the three ways")
        if by_name and (self.name is None or self.date_of_birth is None):
            raise PydanticCustomError("name_and_birth", "Should hold both the name and the date of birth")
        return self


def find_meant(session: Session, one: SomebodyRequest, purpose: str) -> set[UUID]:
    """The roots of those who may be meant; none where there is nobody. What a source said whom the law binds for this
    purpose names nobody."""
    return people.find_roots(session, [one.person]) if one.person else _find_called(session, one, purpose)


def find_named(session: Session, named: Sequence[SomebodyRequest], pointer: str, purpose: str) -> list[UUID]:
    """The roots of all who are named. What a source said whom the law binds for this purpose names nobody.

    Errors: PersonNotFound where one of them is nobody; RequestNotValid where too many fit.
    """
    roots: dict[UUID, None] = {}
    for index, one in enumerate(named):
        found = find_meant(session, one, purpose)
        if not found:
            raise PersonNotFound()
        if len(found) > FIT_AT_MOST:
            fix = "Give a number of theirs, or their id."
            detail = "This fits more people than one can be"
            raise RequestNotValid(
                errors=[Fault(pointer=f"{pointer}/{index}", code="too_many_fit", detail=detail, fix=fix)]
            )
        roots |= dict.fromkeys(sorted(found))
    return list(roots)


def _find_called(session: Session, one: SomebodyRequest, purpose: str) -> set[UUID]:
    asked = SearchRequest(name=one.name, date_of_birth=one.date_of_birth, identifier=one.identifier)
    known = people.read_people(session, find_candidates(session, asked), addresses=True)
    bound = {sector for origin in ORIGINS.values() if purpose not in origin.purposes for sector in origin.sources}
    # A service that the directory does not know may be of any sector.
    names_people = {service for service, sector in find_sectors(session).items() if sector not in bound}
    return {root for root in known.leaves_of if _fits(one, root, known, names_people)}


def _fits(one: SomebodyRequest, root: UUID, known: KnownPeople, sources: set[str]) -> bool:
    leaves = known.leaves_of[root]
    if one.identifier is not None:
        number = one.identifier.replace(" ", "").upper()
        rows = [row for leaf in leaves for row in known.identifiers.get(leaf, []) if row.source in sources]
        return any((row.value[:8] if row.scheme == "nino" else row.value) in (number, number[:8]) for row in rows)
    words = fold(one.name or "").split()
    names = [name for leaf in leaves for name in known.names.get(leaf, []) if name.source in sources]
    return any(name.date_of_birth == one.date_of_birth and is_called(name, words) for name in names)
