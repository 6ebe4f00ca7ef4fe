"""All that this service keeps, by subject; import from here to have every table in the metadata."""

from families.models import (
    chassis,
    composition,
    directory,
    evidence,
    facts,
    families,
    intake,
    log,
    matching,
    people,
    premises,
    protections,
    safeguarding,
    support,
)
from families.models.base import Base

__all__ = [
    "Base",
    "chassis",
    "composition",
    "directory",
    "evidence",
    "facts",
    "families",
    "intake",
    "log",
    "matching",
    "people",
    "premises",
    "protections",
    "safeguarding",
    "support",
]
