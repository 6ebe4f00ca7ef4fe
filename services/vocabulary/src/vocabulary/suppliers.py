"""Kinds of supplier: the sector of a service."""

from typing import ClassVar

from vocabulary.source import Entry, read_entries


class Supplier(Entry):
    """A kind of supplier. Which services are of this kind is the council's own: identity holds them."""

    source: ClassVar[str] = "suppliers"

    name: str


SUPPLIERS = read_entries(Supplier)
"""By code."""
