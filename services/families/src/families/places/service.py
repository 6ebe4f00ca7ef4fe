"""What kind of place an address is, and who may not be located."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.etag import etag
from chassis.outbox import emit
from families.events import FamilyComposed
from families.households import service as households
from families.matching.forgetting import forget_addresses
from families.models.families import Place
from families.places import repository
from families.places.schemas import PlaceRequest, PlaceWritten

REFUGE = "refuge"


def set_kind(session: Session, uprn: str, request: PlaceRequest) -> PlaceWritten:
    """Say what kind of place an address is. A refuge is forgotten wherever addresses are compared.

    Repeating it changes nothing, so no version is asked for. The answer names no address.
    """
    place = repository.find_place(session, uprn)
    if place is not None and place.kind == request.kind:
        return PlaceWritten(status=place.kind, etag=etag(place.version))
    if place is None:
        place = Place(uprn=uprn, kind=request.kind, version=1)
        session.add(place)
    else:
        place.kind, place.version = request.kind, place.version + 1
    session.flush()
    residents = repository.living_at(session, uprn)
    if request.kind == REFUGE:
        forget_addresses(session, residents)
    households.mark(session, residents)
    return PlaceWritten(status=place.kind, etag=etag(place.version))


def seal(session: Session, seals: Sequence[tuple[UUID, UUID, date]]) -> None:
    """Location seals came into force. Shape: seal, person, since.

    The person is out of blocking at once; the area of their family is hidden at once; the composer then gives them
    a family of their own. One that was lifted before it was heard of hides nobody now.
    """
    repository.record_seals(session, list(seals))
    hold = repository.holding(session, [seal for seal, _, _ in seals])
    people = [person for seal, person, _ in seals if seal in hold]
    hidden = {*people, *repository.leaves_of(session, people)}
    repository.seal_persons(session, hidden)
    forget_addresses(session, hidden)
    for family in repository.hide_area_of(session, hidden):
        emit(session, FamilyComposed(family=family.id, on=family.composed_on, area=None))
    households.mark(session, repository.leaves_of(session, [person for _, person, _ in seals]))


def lift(session: Session, seals: Sequence[tuple[UUID, UUID, date]]) -> None:
    """Location seals were lifted. Shape: seal, person, on. Whoever is under another seal still, stays so."""
    for seal_id, person, on in seals:
        repository.lift_seal(session, seal_id, person, on)
    leaves = repository.leaves_of(session, [person for _, person, _ in seals])
    still = repository.under_seal(session, leaves)
    roots_still = {leaves[leaf] for leaf in still if leaf in leaves}
    repository.unseal_persons(session, [leaf for leaf, root in leaves.items() if root not in roots_still])
    households.mark(session, leaves)
