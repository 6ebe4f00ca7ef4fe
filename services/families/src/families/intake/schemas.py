from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import EARLIEST, Date, Instant, Schema

AREA_CODE = r"^[a-z][a-z0-9-]{0,39}$"


class PushRequest(Schema):
    """What a push says of itself; the file is the body."""

    covers_from: Date = Field(description="First day for which the file says all that there is to say", ge=EARLIEST)
    covers_to: Date = Field(description="Last day, inclusive")
    area: str = Field(pattern=AREA_CODE, description="The area that the file is about", examples=["thornbury"])
    mode: Literal["upsert"] = "upsert"
    dry_run: bool = Field(default=False, description="Do everything but keep it: the report is there, nothing else")


class PushCounts(Schema):
    """Shape: with `refused` lines, nothing follows from what a push does not say. Mend those, and push them (alone, if
    you like) for the same days."""

    recorded: int
    unchanged: int
    held: int
    refused: int


class ReadingNoteView(Schema):
    """How the file was read where there was more than one way."""

    code: str
    detail: str


class PushView(Schema):
    """Units: `progress` is a share from 0 to 1."""

    id: UUID
    feed: str
    service: str
    status: str
    covers_from: date
    covers_to: date
    area: str
    mode: str
    format: str
    notes: list[ReadingNoteView]
    dry_run: bool
    lines: int
    counts: PushCounts
    progress: float
    facts: int
    received_at: Instant
    finished_at: Instant | None
    paused_because: str | None


class LineErrorView(Schema):
    column: str
    code: str
    detail: str
    fix: str


class LineView(Schema):
    """Shape: `errors` are why a line was held or refused; `warnings` are cells left out of one that was taken."""

    line: int
    outcome: str
    errors: list[LineErrorView]
    warnings: list[LineErrorView]
