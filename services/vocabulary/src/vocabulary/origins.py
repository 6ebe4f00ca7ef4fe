"""Legal origins: data that the law lets go to some recipients and for some purposes only, whatever was agreed."""

from typing import ClassVar

from vocabulary.purposes import PURPOSES
from vocabulary.source import Entry, expect_known, read_entries
from vocabulary.suppliers import SUPPLIERS


class Origin(Entry):
    """What comes of it is bound whatever its category. Shape: `sources` and `recipients` are sectors; `law` names the
    power and its limit, `unsettled` what is not certain of it."""

    source: ClassVar[str] = "origins"

    sources: frozenset[str]
    recipients: frozenset[str]
    purposes: frozenset[str]
    law: str
    unsettled: str


ORIGINS = read_entries(Origin)
"""By code."""

for _origin in ORIGINS.values():
    expect_known(_origin, "sources", _origin.sources, SUPPLIERS)
    expect_known(_origin, "recipients", _origin.recipients, SUPPLIERS)
    expect_known(_origin, "purposes", _origin.purposes, PURPOSES)
