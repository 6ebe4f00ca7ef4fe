"""What kind of premises an address is."""

from sqlalchemy.orm import Session

from chassis.etag import etag
from families.composition_queue.repository import mark_anew
from families.matching.forgetting import forget_addresses
from families.models.premises import Premises
from families.premises import repository
from families.premises.schemas import PremisesRequest, PremisesWritten

REFUGE = "refuge"


def set_premises_kind(session: Session, uprn: str, request: PremisesRequest) -> PremisesWritten:
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
    residents = repository.find_residents(session, uprn)
    if request.kind == REFUGE:
        forget_addresses(session, residents)
    mark_anew(session, residents)
    return PremisesWritten(status=premises.kind, etag=etag(premises.version))
