"""Days as the tables count them: from 1970, in UTC."""

from datetime import UTC, date, datetime, timedelta

_FIRST = date(1970, 1, 1)


def day_of(instant: datetime) -> int:
    """Return the day of an instant, which has a time zone."""
    return number_of(instant.astimezone(UTC).date())


def number_of(day: date) -> int:
    """Return a day as its number."""
    return (day - _FIRST).days


def date_of(number: int) -> date:
    """Return a number's day."""
    return _FIRST + timedelta(days=number)
