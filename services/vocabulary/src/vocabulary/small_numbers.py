"""Below which a count of people or families is not told, and to whom each is told as it is."""

from typing import ClassVar

from vocabulary.roles import ROLES
from vocabulary.source import Entry, expect_known, read_entries


class SmallNumbers(Entry):
    """Shape: counts from 1 to one less than `below` are withheld from all but the roles of `exact_for`."""

    source: ClassVar[str] = "small_numbers"

    below: int
    exact_for: frozenset[str]


SMALL_NUMBERS = read_entries(SmallNumbers)
"""By what it is about."""

REPORTS = SMALL_NUMBERS["reports"]

for _entry in SMALL_NUMBERS.values():
    expect_known(_entry, "exact_for", _entry.exact_for, ROLES)
