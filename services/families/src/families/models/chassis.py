"""The chassis's own tables in this service's database."""

from chassis.tables import (
    IdempotencyKeyMixin,
    InboxMixin,
    OutboxKeyMixin,
    OutboxMixin,
    ParkedEventMixin,
    PositionMixin,
)
from families.models.base import Base


class Outbox(OutboxMixin, Base):
    pass


class OutboxKey(OutboxKeyMixin, Base):
    pass


class Inbox(InboxMixin, Base):
    pass


class Position(PositionMixin, Base):
    pass


class ParkedEvent(ParkedEventMixin, Base):
    pass


class IdempotencyKey(IdempotencyKeyMixin, Base):
    pass
