"""Subject access: what of the sharing log is kept back from the person whom it is about."""

from typing import ClassVar

from vocabulary.categories import CATEGORIES
from vocabulary.purposes import PURPOSES
from vocabulary.source import SHARED, Entry, check_entries, expect_known, read_table
from vocabulary.suppliers import SUPPLIERS


class Exemption(Entry):
    """Keeps back the lines that all its members fit. One without members is said by an officer, line by line."""

    source: ClassVar[str] = "subject_access"

    name: str
    law: str
    untold_purposes: bool = False
    recipient_sectors: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    protected: bool = False
    others: bool = False

    @property
    def is_said_by_officers(self) -> bool:
        return not (self.untold_purposes or self.recipient_sectors or self.categories or self.protected or self.others)

    def fits(self, *, purpose: str, sector: str | None, category: str, protected: bool, others: bool) -> bool:
        """Whether it keeps back a line of this purpose and category that went to this kind of service."""
        return not self.is_said_by_officers and (
            (not self.untold_purposes or purpose not in TOLD_PURPOSES)
            and (not self.recipient_sectors or sector is None or sector in self.recipient_sectors)
            and (not self.categories or category in self.categories)
            and (not self.protected or protected)
            and (not self.others or others)
        )


_TABLE = read_table(Exemption.source)

EXEMPTIONS = check_entries(Exemption, _TABLE)
"""By code, in the order in which they are looked at."""

TOLD_PURPOSES: frozenset[str] = frozenset(_TABLE[SHARED]["told_purposes"])

TOLD_BY_KIND: frozenset[str] = frozenset(_TABLE[SHARED]["told_by_kind"])

for _exemption in EXEMPTIONS.values():
    expect_known(_exemption, "told_purposes", TOLD_PURPOSES, PURPOSES)
    expect_known(_exemption, "recipient_sectors", _exemption.recipient_sectors, SUPPLIERS)
    expect_known(_exemption, "categories", _exemption.categories, CATEGORIES)
    expect_known(_exemption, "told_by_kind", TOLD_BY_KIND, SUPPLIERS)


def find_exemption(
    *, purpose: str, sector: str | None, category: str, protected: bool, others: bool
) -> Exemption | None:
    """The first exemption that keeps a line back; None where the person is told of it."""
    return next(
        (
            one
            for one in EXEMPTIONS.values()
            if one.fits(purpose=purpose, sector=sector, category=category, protected=protected, others=others)
        ),
        None,
    )
