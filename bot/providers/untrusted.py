"""JSON from somebody else, in which anything may be anything."""

import math
from typing import Any, cast


def as_object(value: Any) -> dict[str, Any]:
    """Return the value where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return the value where it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Return the value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_number(value: Any) -> float | None:
    """Return the value where it is a finite number, else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def as_count(value: Any) -> int | None:
    """Return the value where it is a number that counts something, else None."""
    number = as_number(value)
    return None if number is None or number < 0 else int(number)
