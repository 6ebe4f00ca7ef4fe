"""Recording late: after how many days an act is marked as recorded late, by kind of act."""

from datetime import date
from typing import ClassVar

from vocabulary.source import Entry, read_entries


class ActKind(Entry):
    """An act that somebody records after it was done. Units: `days`."""

    source: ClassVar[str] = "late_recording"

    days: int


ACT_KINDS = read_entries(ActKind)
"""By code."""


def count_days_late(kind: str, on: date, recorded_on: date, allowed: int | None = None) -> int:
    """How late an act of this kind was recorded: the days since it was done; 0 when that is in time.

    Shape: `allowed` takes the place of the kind's own days. Errors: KeyError for a kind that is none.
    """
    since = (recorded_on - on).days
    return since if since > (ACT_KINDS[kind].days if allowed is None else allowed) else 0
