"""The app's commands: as Discord keeps them, where it offers them, and what they are given."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from .files import File
from .interactions import Context
from .shapes import Json


class CommandKind(IntEnum):
    """The kinds of commands, by Discord's numbers."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionKind(IntEnum):
    """The kinds of a command's options, by Discord's numbers."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


GUILD_INSTALL, USER_INSTALL = 0, 1
# These name somebody or something by its id.
NAMING = (OptionKind.USER, OptionKind.CHANNEL, OptionKind.ROLE, OptionKind.MENTIONABLE)
_NESTED = (OptionKind.SUBCOMMAND, OptionKind.GROUP)
_ACCEPTED: dict[OptionKind, tuple[type, ...]] = {
    OptionKind.STRING: (str,),
    OptionKind.INTEGER: (int,),
    OptionKind.BOOLEAN: (bool,),
    OptionKind.NUMBER: (int, float),
    OptionKind.ATTACHMENT: (File,),
    **dict.fromkeys(NAMING, (int,)),
}
_LOCALIZED: Json = {"name_localizations": None, "description_localizations": None}


def kept(command: Json, own: Json) -> Json:
    """Return a command as Discord writes it, with `own` for what its author cannot choose."""
    contexts = command.get("contexts")
    defaults: Json = {
        "type": CommandKind.SLASH,
        "description": "",
        "default_member_permissions": None,
        "dm_permission": contexts is None or Context.DIRECT in contexts,
        "contexts": None,
        "integration_types": [GUILD_INSTALL],
        "nsfw": False,
        **_LOCALIZED,
    }
    given = {key: value for key, value in command.items() if value is not None}
    if "default_member_permissions" in given:
        # A number may be sent, and text is what comes back.
        given["default_member_permissions"] = str(given["default_member_permissions"])
    options = {"options": [_kept_option(one) for one in command.get("options") or ()]}
    return defaults | given | (options if options["options"] else {}) | own


def _kept_option(option: Json) -> Json:
    defaults: Json = _LOCALIZED if option["type"] in _NESTED else {**_LOCALIZED, "required": False}
    inner = {"options": [_kept_option(one) for one in option.get("options") or ()]}
    given = {key: value for key, value in option.items() if value is not None}
    return defaults | given | (inner if inner["options"] else {})


def offered(
    commands: Iterable[Json], name: str, kind: CommandKind, context: Context, *, has_bot: bool
) -> Json:
    """Return a command that people are offered in such a place; KeyError when there is none.

    Where the bot is not itself, people are offered what they have installed for themselves,
    which here is everything that can be.
    """
    for command in commands:
        installs = command["integration_types"]
        if (command["name"], command["type"]) != (name, kind):
            continue
        contexts = command["contexts"]
        if (contexts is None or context in contexts) and (has_bot or USER_INSTALL in installs):
            return command
    raise KeyError(name)


def needs_user_install(command: Json) -> bool:
    """Tell whether a command is there only for who installed it."""
    return GUILD_INSTALL not in command["integration_types"]


def declared(command: Json, path: Sequence[str]) -> dict[str, Json]:
    """Return the options of a command, or of what lies under it; KeyError for what does not."""
    level: Json = command
    for name in path:
        inner = {one["name"]: one for one in level.get("options") or ()}
        level = inner[name]
    options = {one["name"]: one for one in level.get("options") or ()}
    if any(one["type"] in _NESTED for one in options.values()):
        # A group is no command; what lies under it is.
        raise KeyError(command["name"])
    return options


def check_given(options: Mapping[str, Json], given: Mapping[str, Any]) -> None:
    """Refuse what Discord would not let a person send.

    KeyError for an unknown option, ValueError for a missing one or a wrong value.
    """
    for name, value in given.items():
        _check_value(options[name], value)
    for name, option in options.items():
        if option["required"] and name not in given:
            raise ValueError(name)


def _check_value(option: Json, value: Any) -> None:
    kind, size = OptionKind(option["type"]), value
    right = isinstance(value, _ACCEPTED[kind])
    if isinstance(value, bool):
        right = kind is OptionKind.BOOLEAN
    if isinstance(value, str):
        size = len(value)
    choices = [one["value"] for one in option.get("choices") or ()]
    least = option.get("min_length", option.get("min_value"))
    most = option.get("max_length", option.get("max_value"))
    if (
        not right
        or (choices and value not in choices)
        or (least is not None and size < least)
        or (most is not None and size > most)
    ):
        raise ValueError(f"{option['name']}: {value}")


def sent(command: Json, path: Sequence[str], options: Iterable[Json]) -> tuple[Json, ...]:
    """Put options under the subcommands that they belong to, as Discord sends them."""
    kinds: list[int] = []
    level: Json = command
    for name in path:
        level = next(one for one in level["options"] if one["name"] == name)
        kinds.append(level["type"])
    nested = list(options)
    for name, kind in reversed([*zip(path, kinds, strict=True)]):
        nested = [{"name": name, "type": kind, "options": nested}]
    return tuple(nested)
