"""What a message is furnished with: rows of buttons, and the rest of the components."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import count
from typing import Any, cast

from .refusals import Refusal, bad_length, invalid, too_long
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
        inner = {key: [number(one) for one in component[key]] for key in _INNER if key in component}
        beside = {key: number(component[key]) for key in _BESIDE if key in component}
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
    if not isinstance(components, list):
        raise invalid("components", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    listed = cast("list[Any]", components)
    limit = MOST_COMPONENTS if is_layout else MOST_ROWS
    known: set[str] = set()
    every = list(_each(listed, "components"))
    if len(every if is_layout else listed) > limit:
        raise too_long("components", limit)
    for field, one in every:
        if one.get("type") == ComponentKind.ROW:
            _check_row(field, one)
        elif one.get("type") == ComponentKind.BUTTON:
            _check_button(field, one, known)
    if not is_layout:
        _check_top(listed)


def _each(components: Any, field: str) -> Iterator[tuple[str, Json]]:
    """Yield every component, however deep, under the name that an error would give it."""
    for place, one in enumerate(components):
        name = f"{field}.{place}"
        yield from _walk(one, name)


def _walk(component: Any, name: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(component, dict):
        raise _no_object(name)
    one = cast("Json", component)
    yield name, one
    for key in _INNER:
        yield from _each(one.get(key) or (), f"{name}.{key}")
    for key in _BESIDE:
        if one.get(key):
            yield from _walk(one[key], f"{name}.{key}")


def _no_object(field: str) -> Refusal:
    words = "Only dictionaries may be used in a ModelType"
    return invalid(field, "MODEL_TYPE_CONVERT", words)


def _check_top(components: list[Json]) -> None:
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
    if len(one.get("label") or "") > LABEL_LIMIT:
        raise too_long(f"{field}.label", LABEL_LIMIT)
    if one["style"] in _PRESSED:
        _check_custom_id(f"{field}.custom_id", one.get("custom_id"), known)
    elif one["style"] == ButtonStyle.LINK and not one.get("url"):
        raise invalid(f"{field}.url", "BASE_TYPE_REQUIRED", "This field is required")


def _check_custom_id(field: str, custom_id: Any, known: set[str]) -> None:
    if custom_id is None:
        raise invalid(field, "BASE_TYPE_REQUIRED", "This field is required")
    if not isinstance(custom_id, str):
        raise invalid(field, "BASE_TYPE_STRING", "Must be a string.")
    if not 1 <= len(custom_id) <= CUSTOM_ID_LIMIT:
        raise bad_length(field, CUSTOM_ID_LIMIT)
    if custom_id in known:
        words = "Component custom id cannot be duplicated"
        raise invalid(field, "COMPONENT_CUSTOM_ID_DUPLICATED", words)
    known.add(custom_id)
