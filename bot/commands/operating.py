"""The operator's tools on the command line: what they take, and which module does it."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.commands.terminal import Status
from bot.providers.dialect import DIALECTS

COMMANDS = ("usage", "servers", "block", "unblock", "pause", "resume", "key", "healthy")
_KINDS = ("server", "person")


def fill(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the tools to the commands that there are, each by `add_parser`."""
    usage = add_parser("usage", help="show what was asked, and what it cost")
    usage.add_argument("--days", type=_days, default=30, help="how many, up to today; 30 if unsaid")
    usage.add_argument("--server", type=_id, metavar="ID", help="of one server alone")
    usage.add_argument(
        "--csv", action="store_true", help="write a line for each day, server and model"
    )
    add_parser("servers", help="list the servers that the bot is in")
    for name, told in (("block", "take no questions of"), ("unblock", "take questions again of")):
        parser = add_parser(name, help=f"{told} a server or a person")
        parser.add_argument("kind", choices=_KINDS)
        parser.add_argument("id", type=_id, metavar="ID")
    pause = add_parser("pause", help="take no questions at all, and say why")
    pause.add_argument("message", metavar="MESSAGE", nargs="?", default="")
    add_parser("resume", help="take questions again")
    healthy = add_parser("healthy", help="ask a bot that runs on this machine whether it is ready")
    healthy.add_argument("--alive", action="store_true", help="ask only whether it is alive")
    _fill_key(add_parser("key", help="keep servers' own keys to a provider"))


def _fill_key(key: argparse.ArgumentParser) -> None:
    actions = key.add_subparsers(dest="action", metavar="ACTION", required=True)
    kept = actions.add_parser("set", help="read a key from standard input, try it, and keep it")
    shown = actions.add_parser("show", help="show whose keys there are, by their last characters")
    gone = actions.add_parser("forget", help="delete a server's key, or all it has")
    kept.add_argument("server", type=_id, metavar="SERVER")
    shown.add_argument("server", type=_id, metavar="SERVER", nargs="?")
    gone.add_argument("server", type=_id, metavar="SERVER")
    kept.add_argument("provider", choices=list(DIALECTS), metavar="PROVIDER")
    gone.add_argument("provider", choices=list(DIALECTS), metavar="PROVIDER", nargs="?")
    actions.add_parser("reseal", help="seal all keys with the first SECRET_KEY")


def operate(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what the command line asks for.

    Raises:
        SettingsError: the settings that it takes can't be used.
    """
    from bot.store.engine import StoreUnusable  # noqa: PLC0415 (the other commands need none of it)

    try:
        return asyncio.run(_operated(arguments, environ))
    except StoreUnusable as error:
        print(f"The database can't be used: check DATABASE_URL. {error}", file=sys.stderr)
        return Status.FAILED


def _operated(given: argparse.Namespace, environ: Mapping[str, str]) -> Coroutine[Any, Any, Status]:
    from bot.commands import blocking, healthy, pausing, servers, usage  # noqa: PLC0415 (as above)

    match given.command:
        case "usage":
            return usage.usage(environ, given.days, given.server, as_csv=given.csv)
        case "servers":
            return servers.servers(environ)
        case "block":
            return blocking.block(environ, given.kind, given.id)
        case "unblock":
            return blocking.unblock(environ, given.kind, given.id)
        case "pause":
            return pausing.pause(environ, given.message)
        case "resume":
            return pausing.resume(environ)
        case "healthy":
            return healthy.healthy(environ, alive=given.alive)
        case "key":
            return _keyed(given, environ)
        case _:
            raise AssertionError(given.command)


def _keyed(given: argparse.Namespace, environ: Mapping[str, str]) -> Coroutine[Any, Any, Status]:
    from bot.commands import key  # noqa: PLC0415 (as above)

    match given.action:
        case "set":
            return key.keep(environ, given.server, given.provider, key.typed)
        case "show":
            return key.show(environ, given.server)
        case "forget":
            return key.forget(environ, given.server, given.provider)
        case "reseal":
            return key.reseal(environ)
        case _:
            raise AssertionError(given.action)


def _id(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 63:
        raise argparse.ArgumentTypeError(f"{text} is no id of Discord's, such as 80351110224678912")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 3660:  # noqa: PLR2004 (ten years)
        raise argparse.ArgumentTypeError(f"{text} is no number of days")
    return int(text)
