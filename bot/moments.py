"""Times in a video."""

import re

_UNITS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+)")


def clock(seconds: float) -> str:
    """Write a time as people read it: M:SS, and H:MM:SS from one hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def seconds_at(text: str) -> int | None:
    """Read a time at the start of a text, such as 80, 80s, 1m20s or 1:20; None for none."""
    match = _CLOCK.match(text) or _UNITS.match(text)
    if not match or not match[0]:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
