"""The tables of this service's log."""

from families.models.base import Base
from transparency.tables import LogBlockMixin, LogCheckMixin, LogHeadMixin, LogLeafMixin, LogNoteMixin, SeenHeadMixin


class LogLeaf(LogLeafMixin, Base):
    pass


class LogBlock(LogBlockMixin, Base):
    pass


class LogHead(LogHeadMixin, Base):
    pass


class SeenHead(SeenHeadMixin, Base):
    pass


class LogCheck(LogCheckMixin, Base):
    pass


class LogNote(LogNoteMixin, Base):
    pass
