"""Forms that a bot shows: checked as Discord checks them, and filled in by people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .components import ComponentKind, check_custom_id, each_component, numbered, text_of
from .refusals import bad_length, invalid, too_long
from .shapes import Json

TITLE_LIMIT = 45
LABEL_LIMIT = 45
HINT_LIMIT = 100
TEXT_LIMIT = 4000
MOST_COMPONENTS = 5
MOST_FILES = 10
_STYLES = (1, 2)


def checked(form: Json) -> Json:
    """Return a form with its components numbered, or refuse what Discord would."""
    known: set[str] = set()
    check_custom_id("data.custom_id", form.get("custom_id"), set())
    _check_length("data.title", form.get("title"), TITLE_LIMIT)
    components: list[Json] = form.get("components") or []
    found = [*each_component(components, "data.components")]
    if not found or len(components) > MOST_COMPONENTS:
        raise bad_length("data.components", MOST_COMPONENTS)
    for place, one in enumerate(components):
        _check_component(f"data.components.{place}", one, known)
    return {**form, "components": numbered(components)}


def _check_component(field: str, one: Json, known: set[str]) -> None:
    match one.get("type"):
        case ComponentKind.ROW:
            inner: list[Json] = one.get("components") or []
            if len(inner) != 1:
                raise bad_length(f"{field}.components", 1)
            _check_input(f"{field}.components.0", inner[0], known, (ComponentKind.TEXT_INPUT,))
            _check_length(f"{field}.components.0.label", inner[0].get("label"), LABEL_LIMIT)
        case ComponentKind.LABEL:
            _check_length(f"{field}.label", one.get("label"), LABEL_LIMIT)
            if len(text_of(f"{field}.description", one.get("description") or "")) > HINT_LIMIT:
                raise too_long(f"{field}.description", HINT_LIMIT)
            held = (ComponentKind.TEXT_INPUT, ComponentKind.FILE_UPLOAD)
            _check_input(f"{field}.component", one.get("component") or {}, known, held)
        case ComponentKind.TEXT_DISPLAY:
            _check_length(f"{field}.content", one.get("content"), TEXT_LIMIT)
        case _:
            words = 'Value of field "type" must be one of (1, 10, 18).'
            raise invalid(f"{field}.type", "UNION_TYPE_CHOICES", words)


def _check_length(field: str, value: Any, limit: int) -> None:
    if not 1 <= len(text_of(field, value or "")) <= limit:
        raise bad_length(field, limit)


def _check_input(field: str, one: Json, known: set[str], kinds: tuple[int, ...]) -> None:
    if one.get("type") not in kinds:
        words = f'Value of field "type" must be one of {tuple(map(int, kinds))}.'
        raise invalid(f"{field}.type", "UNION_TYPE_CHOICES", words)
    check_custom_id(f"{field}.custom_id", one.get("custom_id"), known)
    if one["type"] == ComponentKind.FILE_UPLOAD:
        _check_range(field, one, ("min_values", 0), ("max_values", 1), MOST_FILES)
        return
    if one.get("style") not in _STYLES:
        words = f"Value must be one of {_STYLES}."
        raise invalid(f"{field}.style", "BASE_TYPE_CHOICES", words)
    _check_range(field, one, ("min_length", 0), ("max_length", 1), TEXT_LIMIT)
    for name, limit in (("value", TEXT_LIMIT), ("placeholder", HINT_LIMIT)):
        if len(text_of(f"{field}.{name}", one.get(name) or "")) > limit:
            raise too_long(f"{field}.{name}", limit)


def _check_range(
    field: str, one: Json, least: tuple[str, int], most: tuple[str, int], limit: int
) -> None:
    for name, smallest in (least, most):
        value = one.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or not smallest <= value <= limit:
            words = f"int value should be between {smallest} and {limit}."
            raise invalid(f"{field}.{name}", "NUMBER_TYPE_RANGE", words)


def _inputs(modal: Json) -> Iterator[Json]:
    for one in modal["components"]:
        yield from one.get("components") or ()
        if one.get("component"):
            yield one["component"]


def check_filling(
    modal: Json, values: Mapping[str, str], files: Mapping[str, Sequence[object]]
) -> None:
    """Refuse what Discord would not let a person send.

    KeyError for an input that is not there, ValueError for a missing or ill-sized one.
    """
    texts, uploads = _of_kind(modal, ComponentKind.TEXT_INPUT), _of_kind(modal)
    for name in [*(values.keys() - texts.keys()), *(files.keys() - uploads.keys())]:
        raise KeyError(name)
    for one in texts.values():
        _check_size(one, len(_text(one, values)), ("min_length", 0), ("max_length", TEXT_LIMIT))
    for name, one in uploads.items():
        _check_size(one, len(files.get(name, ())), ("min_values", 1), ("max_values", 1))


def _of_kind(modal: Json, kind: ComponentKind = ComponentKind.FILE_UPLOAD) -> dict[str, Json]:
    return {one["custom_id"]: one for one in _inputs(modal) if one["type"] == kind}


def _text(one: Json, values: Mapping[str, str]) -> str:
    # What a person leaves alone is sent as the bot filled it in beforehand.
    return values.get(one["custom_id"], one.get("value") or "")


def _check_size(one: Json, size: int, least: tuple[str, int], most: tuple[str, int]) -> None:
    smallest, largest = [
        default if one.get(name) is None else one[name] for name, default in (least, most)
    ]
    # Discord requires an input unless its author says otherwise.
    required = one.get("required") is not False
    if (required and not size) or (size and not smallest <= size <= largest):
        raise ValueError(one["custom_id"])


def filled(
    modal: Json, values: Mapping[str, str], uploads: Mapping[str, Iterable[int]]
) -> tuple[Json, ...]:
    """Return a form's components as Discord sends them once they are filled in.

    `uploads` are the ids of the files for each input.
    """

    def fill(one: Json) -> Json:
        shown: Json = {"type": one["type"], "id": one["id"]}
        match one["type"]:
            case ComponentKind.ROW:
                return shown | {"components": [fill(inner) for inner in one["components"]]}
            case ComponentKind.LABEL:
                return shown | {"component": fill(one["component"])}
            case ComponentKind.TEXT_INPUT:
                return shown | {"custom_id": one["custom_id"], "value": _text(one, values)}
            case ComponentKind.FILE_UPLOAD:
                ids = [str(each) for each in uploads.get(one["custom_id"], ())]
                return shown | {"custom_id": one["custom_id"], "values": ids}
            case _:
                return shown

    return tuple(fill(one) for one in modal["components"])
