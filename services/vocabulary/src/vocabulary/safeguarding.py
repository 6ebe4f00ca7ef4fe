"""Safeguarding: what every program says alike, and what councils set."""

from datetime import date, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from vocabulary.source import SHARED, Entry, check_entries, expect_known, read_table
from vocabulary.suppliers import SUPPLIERS

EMERGENCY_ADVICE = "If a child may be in danger, use your agency's emergency contact now."
"""Stands with each answer that nothing can be shown at the moment; a council may set words of its own."""


class EnquiryKind(Entry):
    """Which section of the law an enquiry is made under."""

    source: ClassVar[str] = "safeguarding"

    name: str


class SafeguardingSettings(BaseModel):
    """What a council sets. Units: as each member says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enquiry_sectors: frozenset[str]
    emergency_hours: int
    emergency_people: int
    review_working_days: int
    cover_days: int


_TABLE = read_table(EnquiryKind.source)

SAFEGUARDING = SafeguardingSettings.model_validate(_TABLE[SHARED])
ENQUIRY_KINDS = check_entries(EnquiryKind, _TABLE)
BANK_HOLIDAYS: frozenset[date] = frozenset(read_table("bank_holidays")["england_and_wales"]["days"])

for _kind in ENQUIRY_KINDS.values():
    expect_known(_kind, "enquiry_sectors", SAFEGUARDING.enquiry_sectors, SUPPLIERS)


def add_working_days(day: date, number: int) -> date:
    """The working day that is so many after a day. Example: one after Thursday, 24 December 2026, is the 29th."""
    while number:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in BANK_HOLIDAYS:
            number -= 1
    return day
