"""JSON from somebody else, in which anything may be anything."""

import json
import math
from typing import Any, cast


def parsed(text: str | bytes | bytearray) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is none, or is nested deeper than anybody means it.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


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
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON's integers have no end
        return None
    return number if math.isfinite(number) else None


def as_amount(value: Any) -> float | None:
    """Return the value where it is a finite number that is not below 0, else None."""
    number = as_number(value)
    return None if number is None or number < 0 else number


def as_count(value: Any) -> int | None:
    """Return the value where it is a number that counts something, else None."""
    number = as_amount(value)
    return None if number is None else int(number)


def well_formed(text: str) -> str:
    """Return text in which every surrogate has its other half, or is replaced.

    JSON may hold one alone, which can be neither sent nor printed.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
