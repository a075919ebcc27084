"""Forms, held to Discord's limits."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.discord.modals import checked
from bot.playground.discord.refusals import Refusal
from tests.playground.test_discord_components import reasons


def text(**changed: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": "text", "style": 1, **changed}


def row(**changed: Any) -> dict[str, Any]:
    return {"type": 1, "components": [text(label="What?", **changed)]}


def label(component: Any = None, **changed: Any) -> dict[str, Any]:
    return {"type": 18, "label": "What?", "component": component or text(), **changed}


def files(**changed: Any) -> dict[str, Any]:
    return label({"type": 19, "custom_id": "files", **changed})


def form(*components: Any, **changed: Any) -> dict[str, Any]:
    return {"custom_id": "form", "title": "A form", "components": [*components], **changed}


@pytest.mark.parametrize(
    "accepted",
    [
        form(row()),
        form(label(text(style=2, min_length=0, max_length=4000, value="x" * 4000))),
        form(files(min_values=0, max_values=10), {"type": 10, "content": "Which?"}),
        form(*[label(text(custom_id=f"{number}")) for number in range(5)]),
        form(row(), title="x" * 45, custom_id="x" * 100),
    ],
)
def test_what_discord_accepts_is_kept_with_numbers(accepted: Any) -> None:
    kept = checked(accepted)
    assert kept["components"][0]["id"] == 1
    assert kept["title"] == accepted["title"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (form(row(), title="x" * 46), "data.title: BASE_TYPE_BAD_LENGTH"),
        (form(row(), title=""), "data.title: BASE_TYPE_BAD_LENGTH"),
        (form(row(), custom_id=None), "data.custom_id: BASE_TYPE_REQUIRED"),
        (form(), "data.components: BASE_TYPE_BAD_LENGTH"),
        (form(*[row(custom_id=f"{one}") for one in range(6)]), "data.components: BASE_TYPE_BAD"),
        (form({"type": 2}), "data.components.0.type: UNION_TYPE_CHOICES"),
        (form({"type": 1, "components": []}), "data.components.0.components: BASE_TYPE_BAD"),
        (form(label({"type": 2})), "data.components.0.component.type: UNION_TYPE_CHOICES"),
        (form(label(label="x" * 46)), "data.components.0.label: BASE_TYPE_BAD_LENGTH"),
        (form(label(description="x" * 101)), "data.components.0.description: BASE_TYPE_MAX"),
        (form(row(), row()), "data.components.1.components.0.custom_id: COMPONENT_CUSTOM_ID_DUP"),
        (form(row(style=3)), "data.components.0.components.0.style: BASE_TYPE_CHOICES"),
        (form(row(max_length=4001)), "data.components.0.components.0.max_length: NUMBER_TYPE"),
        (form(row(max_length=0)), "data.components.0.components.0.max_length: NUMBER_TYPE"),
        (form(row(value="x" * 4001)), "data.components.0.components.0.value: BASE_TYPE_MAX"),
        (form(row(placeholder="x" * 101)), "data.components.0.components.0.placeholder: BASE"),
        (form(files(max_values=11)), "data.components.0.component.max_values: NUMBER_TYPE"),
    ],
)
def test_what_discord_refuses_is_refused_for_its_reason(wrong: Any, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(wrong)
    assert (refused.value.status, refused.value.body["code"]) == (400, 50035)
    assert reasons(refused.value.body["errors"])[0].startswith(reason)


JUNK = st.recursive(
    st.none() | st.booleans() | st.sampled_from([1, 2, 4, 10, 18, 19]) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "style", "label", "custom_id", "components", "component", "content"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)  # a busy machine is no fault of what is tested
@given(JUNK)
def test_whatever_is_sent_is_refused_or_kept(components: Any) -> None:
    try:
        checked({"custom_id": "form", "title": "A form", "components": components})
    except Refusal:
        return
