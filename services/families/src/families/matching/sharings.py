"""What was shared about somebody while two people were taken for one: asked of `consent`'s sharing log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.http import NOT_AS_AGREED
from chassis.problems import Unavailable
from chassis.runtime import Runtime

AT_ONCE = 500


@dataclass(frozen=True)
class Sharings:
    """How many sharings there were, and to which services."""

    number: int
    services: list[str]


def find_since(runtime: Runtime, people: Sequence[UUID], since: datetime) -> Sharings | None:
    """Sharings about any of these ids from an instant on; None while the log cannot be asked.

    What was taken apart stays apart whether the log answers or not, so nothing is raised.
    """
    number = 0
    services: set[str] = set()
    after: str | None = None
    try:
        while True:
            question: dict[str, object] = {"person": [str(one) for one in people], "limit": AT_ONCE}
            if after:
                question["after"] = after
            page = runtime.client("consent").get("/v1/sharing-log", params=question)
            for line in page["items"]:
                if datetime.fromisoformat(line["at"]) >= since:
                    number += 1
                    services.add(str(line["service"]))
            after = page["next"]
            if not after:
                return Sharings(number, sorted(services))
    except (Unavailable, *NOT_AS_AGREED):
        return None
