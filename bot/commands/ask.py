"""Ask about a clip from a terminal: the same path to an answer, without Discord."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskID,
    TextColumn,
)
from rich.progress import (
    Progress as Bar,
)

from bot import lines
from bot.assembly import answerer, session
from bot.clips import Clip, Upload, find_links
from bot.commands.terminal import Status, harmless, status_of
from bot.conversation import Conversation, Turn
from bot.errors import AnswerUnseen, ReeltalkError
from bot.media import relay
from bot.media.files import FileClip
from bot.moments import clock
from bot.phrases import phrase
from bot.preferences import Preferences
from bot.progress import Answer, Growing, Progress, Sending
from bot.settings import Asking


async def ask(
    asking: Asking,
    target: str,
    text: str,
    span: tuple[float, float | None] = (0.0, None),
    *,
    as_json: bool,
) -> Status:
    """Ask about a file or a YouTube link, and write the answer to standard output as it comes.

    `span` is the part that is meant, in seconds, None for the end. With `as_json` all is one
    object, written at the end. How far it is, what it came to and what went wrong are written to
    standard error.
    """
    clip = _clip(target)
    if clip is None:
        print(_unusable(target), file=sys.stderr)
        return Status.MISUSED
    start, end = span
    if end is not None and end <= start:
        print(f"A part from {clock(start)} to {clock(end)} is none.", file=sys.stderr)
        return Status.MISUSED
    asked = Conversation.of(Turn(text, (clip,), start=start, end=end))
    relay.keep_freed_memory()
    original = partial(_file, Path(target))
    with _Screen(asked.clips, quiet=as_json) as screen:
        try:
            async with session() as web:
                answering = answerer(web, original, asking.silence_seconds)
                answer = await answering.answer(asked, Preferences.by(asking), screen.tell)
        except ReeltalkError as error:
            return _failed(error, screen, as_json=as_json)
    _succeeded(answer, screen, as_json=as_json)
    return Status.DONE


def _clip(target: str) -> Clip | None:
    with suppress(OSError):  # such as a name that is too long for one
        if Path(target).is_file():
            return Upload(0, 0, 0, Path(target).name)
    return next(iter(find_links(target)), None)


def _unusable(target: str) -> str:
    if "://" in target:
        return f"{target} is no link to a YouTube video. Download the video and name the file."
    return f"There is no file {target}. Name a video file, or a link to a YouTube video."


def _file(path: Path, upload: Upload) -> FileClip:
    return FileClip(path, upload.name)


def _failed(error: ReeltalkError, screen: "_Screen", *, as_json: bool) -> Status:
    sentence = phrase(error)
    if as_json:
        facts = {"kind": type(error).__name__, "sentence": sentence, "may_pass": error.passing}
        print(json.dumps({"error": facts}))
    else:
        screen.end()
        if isinstance(error, AnswerUnseen) and screen.said:
            sentence = f"Disregard the answer above. {sentence}"
        print(harmless(sentence), file=sys.stderr)
    return status_of(error)


def _succeeded(answer: Answer, screen: "_Screen", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_fields(answer)))
        return
    screen.end()
    told = [*map(lines.notice, answer.notices), lines.facts(answer)]
    print("", *map(harmless, told), sep="\n", file=sys.stderr)


def _fields(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.text,
        "model": answer.model,
        "usage": answer.usage and asdict(answer.usage),
        "cost_usd": answer.cost and answer.cost.dollars,
        "cost_is_estimate": bool(answer.cost and answer.cost.about),
        "seconds_of_video": answer.watched,
        "seconds": round(answer.seconds, 3),
        "notices": [
            {"kind": type(one).__name__, "sentence": lines.notice(one)} for one in answer.notices
        ],
    }


@dataclass(slots=True)
class _Screen:
    """A bar for the upload, in whose place the answer then grows."""

    clips: tuple[Clip, ...]
    quiet: bool
    said: str = ""
    _bar: Bar = field(init=False)
    _task: TaskID = field(init=False)

    def __post_init__(self) -> None:
        self._bar = Bar(
            BarColumn(bar_width=20),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
            disable=self.quiet or not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, progress: Progress) -> None:
        """Show how far it is."""
        match progress:
            case Growing(text):
                self._grow(text)
            case _:
                line = harmless(lines.stage(self.clips, progress))
                self._bar.update(self._task, description=line)
                if isinstance(progress, Sending):
                    self._bar.update(self._task, completed=progress.sent, total=progress.total)

    def _grow(self, text: str) -> None:
        if not self.said:
            self._bar.stop()
        # Space at the end may be the last there is, and is then no part of the answer.
        text = text.strip()
        if not self.quiet:
            sys.stdout.write(harmless(text[len(self.said) :]))
            sys.stdout.flush()
        self.said = text

    def end(self) -> None:
        """End the line that the answer ends in."""
        self._bar.stop()
        if self.said:
            print(flush=True)
