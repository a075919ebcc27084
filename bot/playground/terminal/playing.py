"""Run a playground in this terminal."""

import asyncio
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground.clips import make_clip

from .commands import no_file
from .screen import Screen, open_screen
from .stage import Stopped, set_up
from .talk import Talk

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LINKS = ("http://", "https://")


async def play(*, once: tuple[str | None, str] | None, real: bool) -> int:
    """Let a person talk with the bot; returns the exit status.

    With `once`, a clip's path or link (or None for a made clip) and a question, that is asked
    and nothing else: 0 if there was an answer, 1 if not, 2 if there is no such file.
    """
    playing = asyncio.ensure_future(_play(once, open_screen(), real=real))
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, playing.cancel)
    try:
        return await playing
    except asyncio.CancelledError:
        if not playing.cancelled():
            raise
        return INTERRUPTED if once else 0
    finally:
        for number in STOPS:
            loop.remove_signal_handler(number)


async def _play(once: tuple[str | None, str] | None, screen: Screen, *, real: bool) -> int:
    if once is not None and _is_missing(once[0]):
        screen.complain(no_file(str(once[0])))
        return MISUSED
    with TemporaryDirectory(prefix="playground-") as folder:
        made = Path(folder) / "clip.mp4"
        make_clip(made)
        try:
            async with set_up(Path(folder), real=real) as stage:
                talk = Talk(stage, screen, made)
                if once is None:
                    await talk.converse(real=real)
                    return 0
                outcome = await talk.ask(*_question(*once, made))
                if outcome == "failed":
                    screen.complain(*stage.bot.lines)
                return 0 if outcome == "answered" else FAILED
        except Stopped as stopped:
            screen.complain(*stopped.lines, stopped.sentence)
            return FAILED


def _is_missing(clip: str | None) -> bool:
    return clip is not None and not clip.startswith(LINKS) and not Path(clip).is_file()


def _question(clip: str | None, text: str, made: Path) -> tuple[str, list[Path]]:
    if clip is None:
        return text, [made]
    if clip.startswith(LINKS):
        return f"{text} {clip}", []
    return text, [Path(clip).resolve()]
