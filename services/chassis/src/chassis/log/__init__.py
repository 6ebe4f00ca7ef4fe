"""The event log: one interface, SQLite files on a laptop, Kafka in production."""

from chassis.log.base import Entry, EventLog, Stored
from chassis.log.sqlite import SqliteLog

__all__ = ["Entry", "EventLog", "SqliteLog", "Stored"]
