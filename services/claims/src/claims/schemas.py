"""What several rooms put on the wire."""

from chassis.schemas import Schema

WITHHELD = "withheld"


class Ask(Schema):
    """Whom to ask about what is not covered."""

    service: str
    email: str | None


class Access(Schema):
    """What this purpose covers for this caller at all, and whom to ask. It depends on nobody's data."""

    purpose: str
    covers: list[str]
    ask: Ask
