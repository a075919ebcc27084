"""Tell whether Discord holds the commands that we have, so that they are sent only when not.

An application may change its commands two hundred times a day, and starts more often than it
changes them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

# What is ours to say of a command and of an option; Discord adds ids, versions and translations.
_SAID = (
    "name",
    "description",
    "type",
    "required",
    "nsfw",
    "autocomplete",
    "choices",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "default_member_permissions",
    "contexts",
    "integration_types",
)
_CHAT_INPUT, _SERVERS = 1, [0]


def differ(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> bool:
    """Compare commands as JSON; what is left out means the same as Discord's default."""
    return _commands(ours) != _commands(theirs)


def _commands(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], Any]:
    known: dict[tuple[int, str], Any] = {}
    for command in commands:
        kind = command.get("type") or _CHAT_INPUT
        installs = sorted(command.get("integration_types") or _SERVERS)
        known[kind, command["name"]] = _plain(
            {**command, "type": kind, "integration_types": installs}
        )
    return known


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is said and is not empty; options keep their order, for people see it."""
    plain = {key: said[key] for key in _SAID if said.get(key)}
    if needed := plain.get("default_member_permissions"):
        plain["default_member_permissions"] = int(needed)  # Discord writes them as text
    options: list[Mapping[str, Any]] = said.get("options") or []
    return {**plain, "options": [_plain(option) for option in options]}
