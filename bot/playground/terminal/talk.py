"""A person's questions, one after the other, and what comes of each."""

import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import assert_never

import aiohttp

from .commands import (
    HELP,
    Ask,
    Attach,
    AttachMade,
    Command,
    Follow,
    Help,
    Misread,
    Quit,
    read_command,
)
from .drawing import draw
from .logbook import Ended
from .scene import Scene
from .screen import Screen
from .stage import Changed, Stage, Stopped
from .typed import typed_lines, unechoed

PATIENCE = 120.0  # seconds without any change


@dataclass(slots=True)
class Talk:
    """A conversation with the bot in its channel."""

    _stage: Stage
    _screen: Screen
    _made: Path
    _clips: list[Path] = field(default_factory=list[Path])
    _thread: int | None = None

    async def ask(self, text: str, clips: list[Path], place: int | None = None) -> str:
        """Ask, show what comes, and return how it ended; raises Stopped when it can't.

        `place` is a thread, or None for the channel.
        """
        place = place or self._stage.channel.address.channel_id
        with unechoed(sys.stdin.fileno()):
            try:
                question = await self._stage.channel.ask(text, clips, place)
                return await self._watch(place, question)
            except aiohttp.ClientError as error:
                raise Stopped(f"The emulated Discord did not take that: {error}") from error

    async def _watch(self, place: int, question: int) -> str:
        channel = self._stage.channel
        scene = Scene(channel.address.user_id)
        show = partial(draw, scene, place, question)
        try:
            while True:
                match await self._stage.event(PATIENCE):
                    case Changed(change):
                        scene.change(change)
                    case Ended(ended, outcome) if ended == question:
                        # The log may be quicker than the changes.
                        for message in await channel.messages(place, question):
                            scene.change({"kind": "message_edited", "message": message})
                        if scene.thread(question) is not None:
                            self._thread = question
                        return outcome
                    case Ended():
                        pass
                self._screen.show(show)
        finally:
            self._screen.show(show)
            self._screen.settle()

    async def converse(self, *, real: bool) -> None:
        """Answer every line that is typed, until there is none."""
        self._screen.say(*_header(real=real))
        with typed_lines(sys.stdin.fileno()) as lines:
            while True:
                self._screen.prompt(self._attached())
                line = (await lines.readline()).decode(errors="replace")
                if not line:
                    self._screen.say("")
                    return
                command = read_command(line)
                if isinstance(command, Quit):
                    return
                if command is not None:
                    await self._obey(command, line.rstrip("\n"))

    async def _obey(self, command: Command, line: str) -> None:
        match command:
            case Ask(text):
                self._screen.unprompt(self._attached(), line)
                clips, self._clips = self._clips, []
                await self.ask(text, clips)
            case Follow() if self._thread is None:
                self._screen.say("There is no answer yet to go on from.", "")
            case Follow(text):
                self._screen.unprompt(self._attached(), line)
                clips, self._clips = self._clips, []
                await self.ask(text, clips, self._thread)
            case Attach(path):
                self._clips.append(path)
            case AttachMade():
                self._clips.append(self._made)
            case Help():
                self._screen.say(*HELP, "")
            case Misread(reason):
                self._screen.say(reason, "")
            case Quit():
                pass
            case _:
                assert_never(command)

    def _attached(self) -> str:
        return ", ".join(clip.name for clip in self._clips)


def _header(*, real: bool) -> list[str]:
    promise = (
        "Questions and clips go to the provider of your settings, who may charge for them."
        if real
        else "Nothing leaves this machine: a stand-in answers, which is no AI."
    )
    return [
        "The Reeltalk playground: the real bot, on a Discord of its own.",
        promise,
        "Type /clip, Enter, and a question; /help tells the rest.",
        "",
    ]
