"""The event log: one interface, SQLite files on a laptop, Kafka in production (`chassis.log.kafka`)."""

from chassis.log.base import Entry, EventLog, LogGap, Stored
from chassis.log.sqlite import SqliteLog

__all__ = ["Entry", "EventLog", "LogGap", "SqliteLog", "Stored"]
