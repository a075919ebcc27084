"""The command line: `python -m bot`, or `reeltalk`."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from bot.settings import Settings, SettingsError, configure_logging

_DESCRIPTION = "A Discord bot that watches videos. Without a command, it runs."


def main() -> None:
    """Run what the command line asks for; the exit status says how it went."""
    arguments = _parser().parse_args()
    match arguments.command:
        case "playground":
            sys.exit(_playground(arguments))
        case _:
            sys.exit(_run())


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
    return parser


def _run() -> int:
    from bot import app  # noqa: PLC0415 (the playground needs none of it)

    try:
        settings = Settings.read({**_dotenv(), **os.environ})
    except UnicodeDecodeError:
        print("Reeltalk can't start: .env is not plain text: save it as UTF-8.", file=sys.stderr)
        return 2
    except SettingsError as error:
        between = " " if len(error.problems) == 1 else "\n- "
        print("Reeltalk can't start:", *error.problems, sep=between, file=sys.stderr)
        return 2
    configure_logging(settings.log_level)
    try:
        asyncio.run(_until_told_to_stop(app.run(settings)))
    except app.StartError as error:
        print(f"Reeltalk can't start: {error}", file=sys.stderr)
        return 1
    return 0


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _playground(arguments: argparse.Namespace) -> int:
    from bot.playground.terminal import play  # noqa: PLC0415 (running the bot needs none of it)

    once: list[str] | None = arguments.once
    match once:
        case None:
            asked = None
        case [clip] if "://" in clip or Path(clip).is_file():
            asked = (clip, "What happens in this video?")
        case [question]:
            asked = (None, question)
        case [clip, *words]:
            asked = (clip, " ".join(words))
        case _:
            raise AssertionError(once)
    return asyncio.run(play(once=asked, real=arguments.real))


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
