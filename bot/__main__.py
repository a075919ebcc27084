"""The command line: `python -m bot`, or `reeltalk`."""

import argparse
import asyncio
import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from bot.commands import operating
from bot.commands.terminal import Status
from bot.logs import configure_logging
from bot.moments import seconds_in
from bot.providers.dialect import DIALECTS
from bot.roles import Role
from bot.settings import Asking, Settings, SettingsError, read_catalogued

_DESCRIPTION = "A Discord bot that watches videos. Without a command, it runs."
_QUESTION = "What happens in this video?"


def main() -> None:
    """Run what the command line asks for; the exit status says how it went."""
    arguments = _arguments()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal can't show is no reason to stop
            stream.reconfigure(errors="replace")
    try:
        sys.exit(_COMMANDS[arguments.command](arguments))
    except UnicodeDecodeError:
        print("Reeltalk can't start: .env is not plain text: save it as UTF-8.", file=sys.stderr)
        sys.exit(Status.MISUSED)
    except SettingsError as error:
        between = " " if len(error.problems) == 1 else "\n- "
        print("Reeltalk can't start:", *error.problems, sep=between, file=sys.stderr)
        sys.exit(Status.MISUSED)
    except KeyboardInterrupt:
        sys.exit(Status.INTERRUPTED)


def _arguments() -> argparse.Namespace:
    parser = _parser()
    arguments, rest = parser.parse_known_args()
    # argparse takes no positional argument any more once options stand before it.
    lacks_question = arguments.command == "ask" and arguments.question is None
    if lacks_question and len(rest) == 1 and not rest[0].startswith("-"):
        arguments.question, rest = rest[0], []
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reeltalk", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    playground = commands.add_parser(
        "playground",
        help="try the bot on this machine, without any account",
        description="Talk with the bot on an emulated Discord. Nothing leaves this machine, and "
        "a stand-in that is no AI tells what it received, unless --real is given.",
        usage="reeltalk playground [-h] [--once [CLIP_OR_LINK] QUESTION] [--real]",
    )
    playground.add_argument(
        "--once",
        nargs="+",
        metavar=("CLIP_OR_LINK", "QUESTION"),
        help="ask one question and leave; a small clip is made where none is named",
    )
    playground.add_argument(
        "--real", action="store_true", help="ask the provider that your settings name"
    )
    _fill_ask(
        commands.add_parser(
            "ask",
            help="ask about a clip from here, without Discord",
            description="Ask about a video file or a YouTube link. The answer goes to standard "
            "output, all else to standard error.",
            epilog="Exit status: 0 there is an answer; 1 there is none, and asking again won't "
            "help; 75 asking again later may; 2 the command or the settings are wrong.",
        )
    )
    models = commands.add_parser("models", help="list the models that take video, with prices")
    _add_provider(models)
    models.add_argument("--json", action="store_true", help="write JSON")
    commands.add_parser("invite", help="print the link that invites the bot to a server")
    commands.add_parser(
        "check", help="look at the token, the permissions, the key, the credit and the model"
    )
    _add_roles(commands.add_parser)
    operating.fill(commands.add_parser)
    return parser


def _add_roles(add: Callable[..., argparse.ArgumentParser]) -> None:
    add(
        "gateway",
        help="listen and accept questions, for workers to answer",
        description="Connect to Discord and accept questions. With SHARD_IDS and SHARD_COUNT, "
        "several of these share the servers. Needs PostgreSQL, and workers.",
    )
    add(
        "worker",
        help="answer the questions that gateways accept",
        description="Answer accepted questions, without listening to Discord. Any number of "
        "these, on any machines, share the work. Needs PostgreSQL.",
    )


def _fill_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("clip", metavar="CLIP_OR_LINK")
    ask.add_argument("question", metavar="QUESTION", nargs="?")
    ask.add_argument("--from", dest="start", type=_time, default=0, help="such as 1:20 or 80")
    ask.add_argument("--to", dest="end", type=_time, help="where the part that is meant ends")
    ask.add_argument("--model", help="the model to ask, in place of MODEL")
    _add_provider(ask)
    ask.add_argument("--json", action="store_true", help="write one JSON object at the end")


def _add_provider(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--provider", choices=list(DIALECTS), help="the provider to ask, in place of PROVIDER"
    )


def _time(text: str) -> int:
    seconds = seconds_in(text)
    if seconds is None:
        raise argparse.ArgumentTypeError(f"{text} is no time such as 1:20 or 80")
    return seconds


def _environ(**over: str | None) -> dict[str, str]:
    """Return the environment over `.env`, and what the command line sets over both."""
    dotenv = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    given = {name.upper(): value for name, value in over.items() if value is not None}
    return {**dotenv, **os.environ, **given}


def _run(arguments: argparse.Namespace) -> int:
    from bot import app  # noqa: PLC0415 (the other commands need none of it)

    settings = Settings.read(_environ(), Role(arguments.command or "both"))
    configure_logging(settings.log_level, settings.log_format)
    try:
        asyncio.run(_until_told_to_stop(app.run(settings)))
    except app.StartError as error:
        print(f"Reeltalk can't start: {error}", file=sys.stderr)
        return Status.FAILED
    return Status.DONE


def _playground(arguments: argparse.Namespace) -> int:
    from bot.playground.terminal import play  # noqa: PLC0415 (as in _run)

    once: list[str] | None = arguments.once
    match once:
        case None:
            asked = None
        case [clip] if "://" in clip or Path(clip).is_file():
            asked = (clip, _QUESTION)
        case [question]:
            asked = (None, question)
        case [clip, *words]:
            asked = (clip, " ".join(words))
        case _:
            raise AssertionError(once)
    return asyncio.run(play(once=asked, real=arguments.real))


def _ask(arguments: argparse.Namespace) -> int:
    from bot.commands.ask import ask  # noqa: PLC0415 (as in _run)

    asking = Asking.read(_environ(provider=arguments.provider, model=arguments.model))
    span = (arguments.start, arguments.end)
    question = arguments.question or _QUESTION
    asked = ask(asking, arguments.clip, question, span, as_json=arguments.json)
    return asyncio.run(asked)


def _models(arguments: argparse.Namespace) -> int:
    from bot.commands.models import models  # noqa: PLC0415 (as in _run)

    endpoint = read_catalogued(_environ(provider=arguments.provider))
    return asyncio.run(models(endpoint, as_json=arguments.json))


def _check(_: argparse.Namespace) -> int:
    from bot.commands.check import check  # noqa: PLC0415 (as in _run)

    return asyncio.run(check(_environ()))


def _invite(_: argparse.Namespace) -> int:
    from bot.commands.invite import invite  # noqa: PLC0415 (as in _run)

    return asyncio.run(invite(_environ()))


def _operate(arguments: argparse.Namespace) -> int:
    return operating.operate(arguments, _environ())


_COMMANDS: dict[str | None, Callable[[argparse.Namespace], int]] = {
    **dict.fromkeys((None, "gateway", "worker"), _run),
    "playground": _playground,
    "ask": _ask,
    "models": _models,
    "check": _check,
    "invite": _invite,
    **dict.fromkeys(operating.COMMANDS, _operate),
}


async def _until_told_to_stop(running: Coroutine[Any, Any, None]) -> None:
    """Run until the end, or until SIGTERM or SIGINT asks to stop in good order."""
    task = asyncio.ensure_future(running)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no such signals
            loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise


if __name__ == "__main__":
    main()
