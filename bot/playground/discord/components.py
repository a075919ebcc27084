"""What a message is furnished with: rows of buttons, and the rest of the components."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import count
from typing import Any, cast

from .refusals import bad_length, invalid, too_long
from .state import Json

MOST_ROWS, MOST_BUTTONS = 5, 5
# Of a message that is made of components, all of them counted.
MOST_COMPONENTS = 40
CUSTOM_ID_LIMIT = 100
LABEL_LIMIT = 80

# Where a component holds others: a list of them, and one at its side.
_INNER = ("components",)
_BESIDE = ("accessory", "component")


class ComponentKind(IntEnum):
    """The components that mean something here, by Discord's numbers."""

    ROW = 1
    BUTTON = 2


class ButtonStyle(IntEnum):
    """The styles of a button, by Discord's numbers."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5
    PREMIUM = 6


_PRESSED = (ButtonStyle.PRIMARY, ButtonStyle.SECONDARY, ButtonStyle.SUCCESS, ButtonStyle.DANGER)


def numbered(components: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Give every component an id, as Discord does when its author has not."""
    ids = count(1)

    def number(component: Mapping[str, Any]) -> Json:
        numbers = {"id": component.get("id") or next(ids)}
        inner = {
            key: [number(one) for one in component[key]] for key in _INNER if component.get(key)
        }
        beside = {key: number(component[key]) for key in _BESIDE if component.get(key)}
        return {**component, **numbers, **inner, **beside}

    return [number(component) for component in components]


def button(components: Iterable[Mapping[str, Any]], custom_id: str) -> Json | None:
    """Return the button that a person may press, with its number."""
    for _, one in _each(numbered(components), "components"):
        if one.get("type") == ComponentKind.BUTTON and one.get("custom_id") == custom_id:
            return None if one.get("disabled") else one
    return None


def check_components(components: Any, *, is_layout: bool) -> None:
    """Refuse components that Discord would.

    A layout is a message made of nothing but components, in which rows may lie deeper.
    """
    every = list(_each(components, "components"))
    if not is_layout:
        _check_rows(components)
    elif len(every) > MOST_COMPONENTS:
        raise too_long("components", MOST_COMPONENTS)
    known: set[str] = set()
    for field, one in every:
        if one.get("type") == ComponentKind.ROW:
            _check_row(field, one)
        elif one.get("type") == ComponentKind.BUTTON:
            _check_button(field, one, known)


def _each(components: Any, field: str) -> Iterator[tuple[str, Json]]:
    """Yield every component, however deep, under the name that an error would give it."""
    if not isinstance(components, list):
        raise invalid(field, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    for place, one in enumerate(cast("list[Any]", components)):
        yield from _walk(one, f"{field}.{place}")


def _walk(component: Any, field: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(component, dict):
        words = "Only dictionaries may be used in a ModelType"
        raise invalid(field, "MODEL_TYPE_CONVERT", words)
    one = cast("Json", component)
    yield field, one
    for key in _INNER:
        yield from _each(one.get(key) or [], f"{field}.{key}")
    for key in _BESIDE:
        if one.get(key):
            yield from _walk(one[key], f"{field}.{key}")


def _check_rows(components: list[Json]) -> None:
    if len(components) > MOST_ROWS:
        raise too_long("components", MOST_ROWS)
    for place, one in enumerate(components):
        if one.get("type") != ComponentKind.ROW:
            words = f'Value of field "type" must be one of ({ComponentKind.ROW:d},).'
            raise invalid(f"components.{place}.type", "UNION_TYPE_CHOICES", words)


def _check_row(field: str, row: Json) -> None:
    if not 1 <= len(row.get("components") or ()) <= MOST_BUTTONS:
        raise bad_length(f"{field}.components", MOST_BUTTONS)


def _check_button(field: str, one: Json, known: set[str]) -> None:
    if one.get("style") not in tuple(ButtonStyle):
        words = f"Value must be one of {tuple(map(int, ButtonStyle))}."
        raise invalid(f"{field}.style", "BASE_TYPE_CHOICES", words)
    if len(_text(f"{field}.label", one.get("label") or "")) > LABEL_LIMIT:
        raise too_long(f"{field}.label", LABEL_LIMIT)
    if one["style"] in _PRESSED:
        _check_custom_id(f"{field}.custom_id", one.get("custom_id"), known)
    elif one["style"] == ButtonStyle.LINK and not one.get("url"):
        raise invalid(f"{field}.url", "BASE_TYPE_REQUIRED", "This field is required")


def _check_custom_id(field: str, custom_id: Any, known: set[str]) -> None:
    if custom_id is None:
        raise invalid(field, "BASE_TYPE_REQUIRED", "This field is required")
    if not 1 <= len(_text(field, custom_id)) <= CUSTOM_ID_LIMIT:
        raise bad_length(field, CUSTOM_ID_LIMIT)
    if custom_id in known:
        words = "Component custom id cannot be duplicated"
        raise invalid(field, "COMPONENT_CUSTOM_ID_DUPLICATED", words)
    known.add(custom_id)


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(field, "BASE_TYPE_STRING", "Must be a string.")
    return value
