"""What keeps the directory as identity tells it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from chassis.db import upsert
from chassis.events import Received
from chassis.reactions import Reactions
from directory.tables import DirectoryArea, DirectoryService, DirectoryServiceOwner, DirectoryUser

TOPIC = "identity.directory"


def keep_directory(reactions: Reactions, on_services: Callable[[Session, list[str]], None] | None = None) -> None:
    """Let a program hear of areas, services and people. Its tables must be there: see `directory.tables`.

    Shape: `on_services` is handed the codes of services of which something was heard, once the directory holds it, in
    the same transaction.
    """

    def keep_services(session: Session, events: Sequence[Received]) -> None:
        _keep_services(session, events)
        if on_services is not None:
            on_services(session, list(dict.fromkeys(event.data["service"] for event in events)))

    reactions.on(TOPIC, "area.registered")(_keep_areas)
    reactions.on(TOPIC, "service.registered")(keep_services)
    reactions.on(TOPIC, "user.registered", "user.changed")(_keep_users)


def _keep_areas(session: Session, events: Sequence[Received]) -> None:
    _keep(session, DirectoryArea, "area", [], events)


def _keep_services(session: Session, events: Sequence[Received]) -> None:
    _keep(session, DirectoryService, "service", ["agency", "sector"], events)
    owners = {(row["service"], row["since"]): row for row in map(_owner, events)}
    said = ["agency", "sector", "recorded_at"]
    upsert(session, DirectoryServiceOwner, list(owners.values()), key=["service", "since"], update=said)


def _keep_users(session: Session, events: Sequence[Received]) -> None:
    _keep(session, DirectoryUser, "user", ["service", "agency", "roles", "areas", "status"], events)


def _owner(event: Received) -> dict[str, Any]:
    said = event.data
    # Until November 2026 no event said since when; each was told as soon as the service was registered.
    since = datetime.fromisoformat(said["since"]) if said.get("since") else event.time
    return {
        "service": said["service"],
        "since": since,
        "agency": said["agency"],
        "sector": said["sector"],
        "recorded_at": event.time,
    }


def _keep(session: Session, table: Any, key: str, columns: list[str], events: Sequence[Received]) -> None:
    """The last word about each counts; the events of one key come in order."""
    rows = {
        event.data[key]: {name: event.data[name] for name in (key, *columns)} | {"recorded_at": event.time}
        for event in events
    }
    upsert(session, table, list(rows.values()), key=[key], update=[*columns, "recorded_at"])
