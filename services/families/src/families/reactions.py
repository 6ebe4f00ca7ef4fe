"""What families does when it hears of something."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.clock import LONDON
from chassis.events import Received
from chassis.reactions import Reactions
from families.evidence import service as evidence
from families.places import service as places

reactions = Reactions()
LOCATION = "location"


@reactions.on("consent.consent", "seal.set")
def seal(session: Session, events: Sequence[Received]) -> None:
    """Nobody finds the person by an address any longer."""
    places.seal(session, [_seal(event) for event in events if event.data["kind"] == LOCATION])


@reactions.on("consent.consent", "seal.lifted")
def lift(session: Session, events: Sequence[Received]) -> None:
    places.lift(session, [_seal(event) for event in events if event.data["kind"] == LOCATION])


@reactions.on("claims.claim", "claim.sampled")
def sampled(session: Session, events: Sequence[Received]) -> None:
    """The auditor may read the bundles of the claims that were drawn."""
    evidence.open_to_audit(
        session,
        [(UUID(e.data["bundle"]), UUID(e.data["claim"])) for e in events if e.data.get("bundle") is not None],
    )


def _seal(event: Received) -> tuple[UUID, UUID, date]:
    """Shape: seal, person, the day on which it was set or lifted; of an event without one, the day it was sent."""
    on = event.data.get("date")
    day = date.fromisoformat(on) if on else event.time.astimezone(LONDON).date()
    return UUID(event.data["seal"]), UUID(event.data["person"]), day
