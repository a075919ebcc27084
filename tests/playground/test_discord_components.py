"""Components, held to Discord's limits."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.discord.components import (
    ComponentKind,
    check_components,
    chosen,
    numbered,
    usable,
)
from bot.playground.discord.refusals import Refusal


def a_button(**changed: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "Stop", "custom_id": "stop"} | changed


def row(*components: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def many(count: int) -> list[dict[str, Any]]:
    return [a_button(custom_id=f"stop {number}") for number in range(count)]


def refused(components: Any, *, is_layout: bool = False) -> Any:
    with pytest.raises(Refusal) as raised:
        check_components(components, is_layout=is_layout)
    assert (raised.value.status, raised.value.body["code"]) == (400, 50035)
    return raised.value.body["errors"]


def reasons(errors: Any, path: str = "") -> list[str]:
    if "_errors" in errors:
        return [f"{path}: {one['code']}" for one in errors["_errors"]]
    return [line for key in errors for line in reasons(errors[key], f"{path}.{key}".strip("."))]


@pytest.mark.parametrize(
    "components",
    [
        [row(a_button())],
        [row(*many(5))] + [row(a_button(custom_id=f"{number}")) for number in range(4)],
        [row(a_button(custom_id="x" * 100, label="x" * 80))],
        [row(a_button(style=5, url="https://example.org", custom_id=None))],
        [row({"type": 3, "custom_id": "choose", "options": [{"label": "A", "value": "a"}]})],
    ],
)
def test_what_discord_accepts_is_accepted(components: Any) -> None:
    check_components(components, is_layout=False)


@pytest.mark.parametrize(
    ("components", "reason"),
    [
        ("row", "components: LIST_TYPE_CONVERT"),
        ([1], "components.0: MODEL_TYPE_CONVERT"),
        ([{"type": 1, "components": 7}], "components.0.components: LIST_TYPE_CONVERT"),
        ([a_button()], "components.0.type: UNION_TYPE_CHOICES"),
        ([row()], "components.0.components: BASE_TYPE_BAD_LENGTH"),
        ([row(*many(6))], "components.0.components: BASE_TYPE_BAD_LENGTH"),
        ([row(one) for one in many(6)], "components: BASE_TYPE_MAX_LENGTH"),
        (
            [row(a_button(custom_id=""))],
            "components.0.components.0.custom_id: BASE_TYPE_BAD_LENGTH",
        ),
        (
            [row(a_button(custom_id="x" * 101))],
            "components.0.components.0.custom_id: BASE_TYPE_BAD_LENGTH",
        ),
        ([row(a_button(custom_id=3))], "components.0.components.0.custom_id: BASE_TYPE_STRING"),
        (
            [row(a_button(custom_id=None))],
            "components.0.components.0.custom_id: BASE_TYPE_REQUIRED",
        ),
        (
            [row(a_button()), row(a_button(disabled=True))],
            "components.1.components.0.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            [row(a_button(label="x" * 81))],
            "components.0.components.0.label: BASE_TYPE_MAX_LENGTH",
        ),
        ([row(a_button(style=7))], "components.0.components.0.style: BASE_TYPE_CHOICES"),
        ([row(a_button(style=5))], "components.0.components.0.url: BASE_TYPE_REQUIRED"),
    ],
)
def test_what_discord_refuses_is_refused_by_its_name(components: Any, reason: str) -> None:
    assert reasons(refused(components)) == [reason]


def test_a_layout_is_checked_at_every_depth() -> None:
    section = {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": a_button()}
    check_components([{"type": 17, "components": [section]}], is_layout=True)
    assert reasons(
        refused([section | {"accessory": a_button(label="x" * 81)}], is_layout=True)
    ) == ["components.0.accessory.label: BASE_TYPE_MAX_LENGTH"]
    assert reasons(refused([{"type": 10}] * 41, is_layout=True)) == [
        "components: BASE_TYPE_MAX_LENGTH"
    ]


def test_a_button_is_found_with_its_number_unless_it_is_disabled() -> None:
    components = [row(a_button(), a_button(custom_id="never", disabled=True))]
    found = pressable(components, "stop")
    assert found
    assert found["id"] == 2
    assert pressable(components, "never") is None
    assert pressable(components, "go") is None


def pressable(components: Any, custom_id: str) -> Any:
    return usable(components, custom_id, (ComponentKind.BUTTON,))


def a_menu(**changed: Any) -> dict[str, Any]:
    options = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
    return {"type": 3, "custom_id": "which", "options": options, **changed}


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ([a_menu(), a_button()], "components.0.components: BASE_TYPE_BAD_LENGTH"),
        ([a_menu(options=[])], "components.0.components.0.options: BASE_TYPE_BAD_LENGTH"),
        ([a_menu(custom_id="")], "components.0.components.0.custom_id: BASE_TYPE_BAD_LENGTH"),
        ([a_menu(placeholder="x" * 151)], "components.0.components.0.placeholder: BASE_TYPE_MAX"),
    ],
)
def test_a_menu_is_held_to_discords_limits(held: list[dict[str, Any]], reason: str) -> None:
    assert check_components([row(a_menu())], is_layout=False) is None
    assert reasons(refused([row(*held)]))[0].startswith(reason)


def test_only_what_a_menu_offers_is_chosen() -> None:
    assert chosen(a_menu(), ["b"]) == ("b",)
    assert chosen(a_menu(min_values=0, max_values=2), []) == ()
    assert chosen({"type": 5, "custom_id": "who"}, ["12"]) == ("12",)
    for menu, values in (
        (a_menu(), ["c"]),
        (a_menu(), []),
        (a_menu(max_values=2), ["a", "a"]),
        ({"type": 5, "custom_id": "who"}, ["somebody"]),
    ):
        with pytest.raises(ValueError, match="\\["):
            chosen(menu, values)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "style", "label", "custom_id", "components", "accessory"]),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)  # a busy machine is no fault of what is tested
@given(JUNK, st.booleans())
def test_whatever_is_sent_is_refused_or_can_be_shown(components: Any, is_layout: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
    try:
        check_components(components, is_layout=is_layout)
    except Refusal:
        return
    numbered(components)
    pressable(components, "stop")
