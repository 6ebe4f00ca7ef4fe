"""What several rooms put on the wire."""

from typing import Any

from chassis.schemas import Schema

WITHHELD = "withheld"


class Access(Schema):
    """What this purpose covers for this caller at all, and whom to ask. It depends on nobody's data."""

    purpose: str
    covers: list[str]
    ask: dict[str, Any] | None
