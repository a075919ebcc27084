from typing import Any

import pytest

from bot.registered import differ

OURS: dict[str, Any] = {
    "name": "ask",
    "description": "Ask",
    "type": 1,
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": None,
    "contexts": [0, 1],
    "integration_types": None,
    "options": [{"type": 3, "name": "question", "description": "What?", "required": True}],
}
THEIRS: dict[str, Any] = {
    **OURS,
    "id": "1",
    "version": "2",
    "application_id": "3",
    "integration_types": [0],
    "name_localizations": None,
    "options": [{**OURS["options"][0], "description_localizations": None, "choices": []}],
}


def test_what_discord_adds_is_no_difference() -> None:
    assert not differ([OURS], [THEIRS])


def test_permissions_are_the_same_as_a_number_and_as_text() -> None:
    ours = {**OURS, "default_member_permissions": 32}
    assert not differ([ours], [{**THEIRS, "default_member_permissions": "32"}])
    assert differ([ours], [{**THEIRS, "default_member_permissions": "8"}])


@pytest.mark.parametrize(
    "theirs",
    [
        [],
        [THEIRS, {**THEIRS, "name": "old"}],
        [{**THEIRS, "description": "Say"}],
        [{**THEIRS, "contexts": [0]}],
        [{**THEIRS, "integration_types": [0, 1]}],
        [{**THEIRS, "options": []}],
        [{**THEIRS, "options": [{**THEIRS["options"][0], "required": False}]}],
        [{**THEIRS, "type": 3}],
    ],
)
def test_anything_else_is(theirs: list[dict[str, Any]]) -> None:
    assert differ([OURS], theirs)
