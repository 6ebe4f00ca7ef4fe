"""Kinds of premises: how much each protects who lives there, and whose officers may say and see that it is one."""

from typing import ClassVar

from vocabulary.source import Entry, expect_known, read_entries
from vocabulary.suppliers import SUPPLIERS


class PremisesKind(Entry):
    """Shape: a kind of a lower `protection` protects less; who lives where it `hides` may be located by nobody.

    `flagged_by` and `seen_by` are kinds of supplier.
    """

    source: ClassVar[str] = "premises"

    name: str
    protection: int
    hides: bool = False
    flagged_by: tuple[str, ...] = ()
    seen_by: tuple[str, ...] = ()


PREMISES_KINDS = read_entries(PremisesKind)
"""By code."""

for _kind in PREMISES_KINDS.values():
    expect_known(_kind, "flagged_by", _kind.flagged_by, SUPPLIERS)
    expect_known(_kind, "seen_by", _kind.seen_by, SUPPLIERS)

ORDINARY = min(PREMISES_KINDS.values(), key=lambda kind: kind.protection).code
"""What premises are of which nobody says anything else."""

HIDING = frozenset(kind.code for kind in PREMISES_KINDS.values() if kind.hides)
"""Who lives at one of these may be located by nobody."""
