"""Who is who, as identity tells it: kept to refuse areas, services and people that are not there."""

from directory.tables import (
    DirectoryAreaMixin,
    DirectoryServiceMixin,
    DirectoryServiceOwnerMixin,
    DirectoryUserMixin,
)
from families.models.base import Base


class DirectoryArea(DirectoryAreaMixin, Base):
    pass


class DirectoryService(DirectoryServiceMixin, Base):
    pass


class DirectoryServiceOwner(DirectoryServiceOwnerMixin, Base):
    pass


class DirectoryUser(DirectoryUserMixin, Base):
    pass
