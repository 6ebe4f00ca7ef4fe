"""What time it is. Instants are UTC; business dates are London's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return datetime.now(LONDON).date()


def london_day(at: datetime) -> date:
    """The business date of an instant."""
    return at.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """The first instant after a business date. Example: what was recorded on that day was recorded before it."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=LONDON).astimezone(UTC)
