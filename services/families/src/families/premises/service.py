"""What kind of premises an address is, and who may not be located."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.etag import etag
from chassis.outbox import emit
from families.composition import service as composition
from families.events import FamilyComposed
from families.matching.forgetting import forget_addresses
from families.models.families import Premises
from families.premises import repository
from families.premises.schemas import PremisesRequest, PremisesWritten

REFUGE = "refuge"


def set_kind(session: Session, uprn: str, request: PremisesRequest) -> PremisesWritten:
    """Say what kind of premises an address is. A refuge is forgotten wherever addresses are compared.

    Repeating it changes nothing, so no version is asked for. The answer names no address.
    """
    premises = repository.find_premises(session, uprn)
    if premises is not None and premises.kind == request.kind:
        return PremisesWritten(status=premises.kind, etag=etag(premises.version))
    if premises is None:
        premises = Premises(uprn=uprn, kind=request.kind, version=1)
        session.add(premises)
    else:
        premises.kind, premises.version = request.kind, premises.version + 1
    session.flush()
    residents = repository.living_at(session, uprn)
    if request.kind == REFUGE:
        forget_addresses(session, residents)
    composition.mark(session, residents)
    return PremisesWritten(status=premises.kind, etag=etag(premises.version))


def protect(session: Session, protections: Sequence[tuple[UUID, UUID, date]]) -> None:
    """Location protections came into force. Shape: protection, person, since.

    The person is out of blocking at once; the area of their family is hidden at once; the composer then gives them
    a family of their own. One that was lifted before it was heard of hides nobody now.
    """
    repository.record_protections(session, list(protections))
    hold = repository.holding(session, [protection for protection, _, _ in protections])
    people = [person for protection, person, _ in protections if protection in hold]
    hidden = {*people, *repository.leaves_of(session, people)}
    repository.protect_persons(session, hidden)
    forget_addresses(session, hidden)
    for family in repository.hide_area_of(session, hidden):
        emit(session, FamilyComposed(family=family.id, on=family.composed_on, area=None))
    composition.mark(session, repository.leaves_of(session, [person for _, person, _ in protections]))


def lift(session: Session, protections: Sequence[tuple[UUID, UUID, date]]) -> None:
    """Location protections were lifted. Shape: protection, person, on.

    Whoever is under another protection still, stays hidden.
    """
    for protection_id, person, on in protections:
        repository.lift_protection(session, protection_id, person, on)
    leaves = repository.leaves_of(session, [person for _, person, _ in protections])
    still = repository.under_protection(session, leaves)
    roots_still = {leaves[leaf] for leaf in still if leaf in leaves}
    repository.unprotect_persons(session, [leaf for leaf, root in leaves.items() if root not in roots_still])
    composition.mark(session, leaves)
