"""REST about the app's commands."""

from typing import Any, cast

from . import commands
from .calls import Call, Reply, Routes, snowflake
from .refusals import refusal
from .state import Json
from .world import World


def listed(call: Call) -> Reply:
    """List the app's commands."""
    _own_application(call)
    return Reply(200, call.world.commands)


def replaced(call: Call) -> Reply:
    """Replace the app's commands; one that stays keeps its id."""
    _own_application(call)
    sent: Any = call.body
    if not isinstance(sent, list):
        raise refusal(50109)
    wanted = cast("list[Json]", sent)
    known = {_key(one): one["id"] for one in call.world.commands}
    call.world.commands[:] = [
        _command(call.world, command, known.get(_key(command))) for command in wanted
    ]
    return Reply(200, call.world.commands)


def _own_application(call: Call) -> None:
    if snowflake(call.path["application_id"], "application_id") != call.world.bot.id:
        raise refusal(20012)


def _key(command: Json) -> tuple[str, int]:
    return command["name"], command.get("type", commands.CommandKind.SLASH)


def _command(world: World, command: Json, identity: str | None) -> Json:
    own: Json = {
        "id": identity or str(world.mint()),
        "application_id": str(world.bot.id),
        "version": str(world.mint()),
    }
    return commands.kept(command, own)


ROUTES: Routes = {
    ("GET", "/applications/{application_id}/commands"): listed,
    ("PUT", "/applications/{application_id}/commands"): replaced,
}
