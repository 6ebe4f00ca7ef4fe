"""Feeds: what all programs must know of each. Its columns are declared in families."""

from typing import ClassVar

from vocabulary.source import Entry, expect_known, read_entries, read_table
from vocabulary.suppliers import SUPPLIERS


class DeclaredFeed(Entry):
    """Shape: `category` is that of its facts; the lower `trust`, the more its word on a name, a birthday or an address
    counts; a new address in it moves somebody only if it `may_say_moved`."""

    source: ClassVar[str] = "feeds"

    category: str
    supplier: str
    trust: int
    may_say_moved: bool

    @property
    def scope(self) -> str:
        """What a client must hold to push it."""
        return f"push:{self.code}"


FEEDS = read_entries(DeclaredFeed)
"""By code."""

_CATEGORIES = read_table("categories")  # the module of categories stands on roles, scopes, and so on this one

for _feed in FEEDS.values():
    expect_known(_feed, "category", [_feed.category], _CATEGORIES)
    expect_known(_feed, "supplier", [_feed.supplier], SUPPLIERS)
