"""Legal origins: data that the law lets go to some recipients and for some purposes only, whatever was agreed."""

from typing import ClassVar

from vocabulary.categories import CATEGORIES
from vocabulary.purposes import PURPOSES
from vocabulary.source import Entry, expect_known, read_entries


class Origin(Entry):
    """Shape: `sources` and `recipients` are services; `law` names the power and its limit."""

    source: ClassVar[str] = "origins"

    sources: frozenset[str]
    categories: frozenset[str]
    recipients: frozenset[str]
    purposes: frozenset[str]
    law: str


ORIGINS = read_entries(Origin)
"""By code."""

for _origin in ORIGINS.values():
    expect_known(_origin, "categories", _origin.categories, CATEGORIES)
    expect_known(_origin, "purposes", _origin.purposes, PURPOSES)
