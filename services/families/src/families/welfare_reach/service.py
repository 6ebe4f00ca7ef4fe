"""Whom requests for the welfare of a child let somebody meet, kept as consent tells it.

Consent decides at each reading what of them is shown; this only says whom it is asked about.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.events import Received
from families.welfare_reach import repository


def keep_asked(session: Session, events: Sequence[Received]) -> None:
    """The service that was asked meets those of whom it holds something, to answer."""
    for event in events:
        repository.add_reach(
            session, _request(event), _people(event), service=event.data["holder"], user=None, until=None
        )


def keep_answered(session: Session, events: Sequence[Received]) -> None:
    """Who asked meets those of whom a yes was said, until it ends; none of any other answer."""
    for event in events:
        until = datetime.fromisoformat(event.data["until"])
        repository.end_reach(session, _request(event), of_asker_alone=True)
        repository.limit_holder(session, _request(event), until)
        repository.add_reach(
            session,
            _request(event),
            _people(event),
            service=event.data["service"],
            user=event.data["user"],
            until=until,
        )


def keep_reopened(session: Session, events: Sequence[Received]) -> None:
    """An answer was taken back: who asked meets nobody, and the holder answers anew."""
    for event in events:
        repository.end_reach(session, _request(event), of_asker_alone=True)
        repository.limit_holder(session, _request(event), None)


def keep_withdrawn(session: Session, events: Sequence[Received]) -> None:
    """Nobody meets anybody by it."""
    for event in events:
        repository.end_reach(session, _request(event), of_asker_alone=False)


def _request(event: Received) -> UUID:
    return UUID(event.data["request"])


def _people(event: Received) -> list[UUID]:
    return [UUID(person) for person in event.data["people"]]
