"""What a message is furnished with: rows of buttons and menus, and all other components."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
PLACEHOLDER_LIMIT = 150
MOST_OPTIONS = 25

# Where a component holds others: a list of them, and one at its side.
_INNER = ("components",)
_BESIDE = ("accessory", "component")
# How many may be chosen from a menu: one, where its author does not say.
_NUMBERS = ("min_values", "max_values")


class ComponentKind(IntEnum):
    """The components that mean something here, by Discord's numbers."""

    ROW = 1
    BUTTON = 2
    TEXT_MENU = 3
    TEXT_INPUT = 4
    USER_MENU = 5
    ROLE_MENU = 6
    MENTIONABLE_MENU = 7
    CHANNEL_MENU = 8
    TEXT_DISPLAY = 10
    LABEL = 18
    FILE_UPLOAD = 19


MENUS = (
    ComponentKind.TEXT_MENU,
    ComponentKind.USER_MENU,
    ComponentKind.ROLE_MENU,
    ComponentKind.MENTIONABLE_MENU,
    ComponentKind.CHANNEL_MENU,
)


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


def usable(
    components: Iterable[Mapping[str, Any]], custom_id: str, kinds: Collection[ComponentKind]
) -> Json | None:
    """Return the component that a person may press or choose from, with its number."""
    for _, one in each_component(numbered(components), "components"):
        if one.get("type") in kinds and one.get("custom_id") == custom_id:
            return None if one.get("disabled") else one
    return None


def chosen(menu: Json, values: Sequence[str]) -> tuple[str, ...]:
    """Return what is chosen from a menu; ValueError for what it does not allow."""
    fewest, most = (1 if menu.get(name) is None else menu[name] for name in _NUMBERS)
    offered = [one["value"] for one in menu.get("options") or ()]
    is_text = menu["type"] == ComponentKind.TEXT_MENU
    if not fewest <= len(values) <= most or len(set(values)) != len(values):
        raise ValueError(values)
    if any(one not in offered if is_text else not one.isdecimal() for one in values):
        raise ValueError(values)
    return tuple(values)


def check_components(components: Any, *, is_layout: bool) -> None:
    """Refuse components that Discord would.

    A layout is a message made of nothing but components, in which rows may lie deeper.
    """
    found = list(each_component(components, "components"))
    if not is_layout:
        _check_rows(components)
    elif len(found) > MOST_COMPONENTS:
        raise too_long("components", MOST_COMPONENTS)
    known: set[str] = set()
    for field, one in found:
        if one.get("type") == ComponentKind.ROW:
            _check_row(field, one)
        elif one.get("type") == ComponentKind.BUTTON:
            _check_button(field, one, known)
        elif one.get("type") in MENUS:
            _check_menu(field, one, known)


def each_component(components: Any, field: str) -> Iterator[tuple[str, Json]]:
    """Yield every component, however deep, under the name that an error would give it.

    What is no list of components at all is refused.
    """
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
        yield from each_component(one.get(key) or [], f"{field}.{key}")
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
    held = row.get("components") or ()
    # A menu has a row to itself.
    most = 1 if any(one.get("type") in MENUS for one in held) else MOST_BUTTONS
    if not 1 <= len(held) <= most:
        raise bad_length(f"{field}.components", most)


def _check_button(field: str, one: Json, known: set[str]) -> None:
    if one.get("style") not in tuple(ButtonStyle):
        words = f"Value must be one of {tuple(map(int, ButtonStyle))}."
        raise invalid(f"{field}.style", "BASE_TYPE_CHOICES", words)
    if len(text_of(f"{field}.label", one.get("label") or "")) > LABEL_LIMIT:
        raise too_long(f"{field}.label", LABEL_LIMIT)
    if one["style"] in _PRESSED:
        check_custom_id(f"{field}.custom_id", one.get("custom_id"), known)
    elif one["style"] == ButtonStyle.LINK and not one.get("url"):
        raise invalid(f"{field}.url", "BASE_TYPE_REQUIRED", "This field is required")


def _check_menu(field: str, one: Json, known: set[str]) -> None:
    check_custom_id(f"{field}.custom_id", one.get("custom_id"), known)
    if len(text_of(f"{field}.placeholder", one.get("placeholder") or "")) > PLACEHOLDER_LIMIT:
        raise too_long(f"{field}.placeholder", PLACEHOLDER_LIMIT)
    is_text = one["type"] == ComponentKind.TEXT_MENU
    if is_text and not 1 <= len(one.get("options") or ()) <= MOST_OPTIONS:
        raise bad_length(f"{field}.options", MOST_OPTIONS)


def check_custom_id(field: str, custom_id: Any, known: set[str]) -> None:
    """Refuse a name that is missing, too long or taken, and remember it."""
    if custom_id is None:
        raise invalid(field, "BASE_TYPE_REQUIRED", "This field is required")
    if not 1 <= len(text_of(field, custom_id)) <= CUSTOM_ID_LIMIT:
        raise bad_length(field, CUSTOM_ID_LIMIT)
    if custom_id in known:
        words = "Component custom id cannot be duplicated"
        raise invalid(field, "COMPONENT_CUSTOM_ID_DUPLICATED", words)
    known.add(custom_id)


def text_of(field: str, value: Any) -> str:
    """Insist on a text."""
    if not isinstance(value, str):
        raise invalid(field, "BASE_TYPE_STRING", "Must be a string.")
    return value
