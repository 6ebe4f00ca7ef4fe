"""What families does when it hears of something."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.clock import LONDON
from chassis.events import Received
from chassis.reactions import Reactions
from directory.reactions import keep_directory
from families.evidence import service as evidence
from families.families.service import hide_areas
from families.matching.forgetting import forget_addresses
from families.protections import service as protections
from families.welfare_reach import service as welfare_reach
from transparency.witness import keep_heads

reactions = Reactions()
keep_directory(reactions)
keep_heads(reactions, "families")
LOCATION = "location"


@reactions.on("consent.protection", "protection.set")
def protect(session: Session, events: Sequence[Received]) -> None:
    """Nobody finds the person by an address any longer, nor by the area of their family."""
    hidden = protections.set_protections(session, _locations(events))
    forget_addresses(session, hidden)
    hide_areas(session, hidden)


@reactions.on("consent.protection", "protection.lifted")
def lift(session: Session, events: Sequence[Received]) -> None:
    protections.lift_protections(session, _locations(events))


# Until November 2026 a protection was called a seal, and told among the consents.
reactions.moved("consent.consent", "consent.protection")
reactions.renamed("consent.consent", "seal.set", "protection.set", {"seal": "protection"})
reactions.renamed("consent.consent", "seal.lifted", "protection.lifted", {"seal": "protection"})

reactions.ignores(
    "consent.consent", "consent.given", "consent.withdrawn", "consent.corrected", "objection.raised",
    "objection.answered", "objection.withdrawn", "restriction.set", "restriction.lifted", "notice.not-delivered",
)  # fmt: skip
reactions.ignores("consent.welfare", "welfare-request.overdue")
reactions.ignores("identity.directory", "sponsor.named", "sponsor.ended")
reactions.ignores(
    "claims.claim", "claim.drafted", "claim.checked", "claim.submitted", "claim.paid", "claim.rejected",
    "claim.dropped", "claim.retracted", "claim.to-repay", "claim.repaid", "claim.payment-reversed",
)  # fmt: skip


@reactions.on("claims.claim", "claim.sampled")
def sampled(session: Session, events: Sequence[Received]) -> None:
    """The auditor may read the bundles of the claims that were drawn."""
    evidence.open_to_audit(
        session,
        [(UUID(e.data["bundle"]), UUID(e.data["claim"])) for e in events if e.data.get("bundle") is not None],
    )


WELFARE = "consent.welfare"
reactions.on(WELFARE, "welfare-request.made")(welfare_reach.keep_asked)
reactions.on(WELFARE, "welfare-request.answered")(welfare_reach.keep_answered)
reactions.on(WELFARE, "welfare-request.reopened")(welfare_reach.keep_reopened)
reactions.on(WELFARE, "welfare-request.withdrawn")(welfare_reach.keep_withdrawn)


@reactions.on("claims.visit", "visit.opened")
def open_visits(session: Session, events: Sequence[Received]) -> None:
    """The department's visitor may read the bundles of the visit's claims, on its days."""
    for event in events:
        said = event.data
        days = (date.fromisoformat(said["from_on"]), date.fromisoformat(said["to_on"]))
        bundles = [UUID(bundle) for bundle in said["bundles"]]
        evidence.open_to_visit(session, UUID(said["visit"]), said["visitor"], *days, bundles)


@reactions.on("claims.visit", "visit.closed")
def close_visits(session: Session, events: Sequence[Received]) -> None:
    """The visit ended before its last day."""
    evidence.close_to_visits(session, [UUID(event.data["visit"]) for event in events])


def _locations(events: Sequence[Received]) -> list[tuple[UUID, UUID, date]]:
    """Those of the events that tell of a location protection."""
    return [_protection(event) for event in events if event.data["kind"] == LOCATION]


def _protection(event: Received) -> tuple[UUID, UUID, date]:
    """Shape: protection, person, the day on which it was set or lifted, else the day on which the event was sent."""
    on = event.data.get("date")
    day = date.fromisoformat(on) if on else event.time.astimezone(LONDON).date()
    return UUID(event.data["protection"]), UUID(event.data["person"]), day
