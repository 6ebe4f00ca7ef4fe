"""All that this service keeps, by subject; import from here to have every table in the metadata."""

from families.models import chassis, facts, families, intake, people, support
from families.models.base import Base

__all__ = ["Base", "chassis", "facts", "families", "intake", "people", "support"]
