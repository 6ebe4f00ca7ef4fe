"""What consent does when it hears of something."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.events import Received
from chassis.reactions import Reactions
from consent.agreements.repository import end_sponsorships, keep_sponsorships
from consent.agreements.service import suspend_moved
from directory.reactions import TOPIC, keep_directory
from transparency.witness import keep_heads

reactions = Reactions()
keep_directory(reactions, on_services=suspend_moved)
keep_heads(reactions, "consent", "claims", "families", "identity")


@reactions.on(TOPIC, "sponsor.named")
def keep_sponsors(session: Session, events: Sequence[Received]) -> None:
    """Who signs for an agency that has no officer here."""
    keep_sponsorships(
        session,
        [
            {
                "id": UUID(event.data["sponsorship"]),
                "agency": event.data["agency"],
                "sponsor": event.data["sponsor"],
                "begins": date.fromisoformat(event.data["begins"]),
                "ends": date.fromisoformat(event.data["ends"]) if event.data["ends"] else None,
                "ended": False,
                "recorded_at": event.time,
            }
            for event in events
        ],
    )


@reactions.on(TOPIC, "sponsor.ended")
def forget_sponsors(session: Session, events: Sequence[Received]) -> None:
    """It signs no longer; what it signed stands."""
    end_sponsorships(session, [UUID(event.data["sponsorship"]) for event in events])
