"""The bot between an emulated Discord and a stand-in model, and what is seen of it there."""

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import app
from bot.playground.discord import Discord, File, Interaction, Message
from bot.playground.model import Model
from bot.settings import Settings

# A line that moves, when nothing else is in the message.
STATUS = re.compile(r"-# .*\b(?:in line|looking|fitting|sending|asking)\b.*")


class Outcomes(logging.Handler):
    """What the bot's canonical log lines tell of each question."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._changed = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "outcome=" in (line := record.getMessage()):
            self.lines.append(line)
            self._changed.set()

    async def of(self, message: Message | Interaction) -> str:
        """Wait until a question has ended, and return how."""
        start = f"question={message.id} "
        async with asyncio.timeout(30):
            while not (ended := [line for line in self.lines if line.startswith(start)]):
                self._changed.clear()
                await self._changed.wait()
        assert len(ended) == 1
        return ended[0].partition("outcome=")[2].partition(" ")[0]

    def has(self, question_id: int) -> bool:
        """Tell whether there has been a question of that id."""
        return any(line.startswith(f"question={question_id} ") for line in self.lines)


class Running:
    """The bot, which may end, and begin again on the same files.

    It is as many as there are settings, such as a gateway and a worker.
    """

    def __init__(self, settings: Sequence[Settings], discord: Discord) -> None:
        self._settings = settings
        self._discord = discord
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Return once it is connected, or has failed to."""
        discord, known = self._discord, self._discord.identifies
        tasks = self._tasks = [asyncio.create_task(app.run(one)) for one in self._settings]
        await discord.until(
            lambda: (
                any(task.done() for task in tasks) or (discord.identifies > known and discord.ready)
            )
        )

    async def end(self) -> None:
        """End it as SIGTERM does; raise what it has failed with."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that takes part."""

    discord: Discord
    model: Model
    outcomes: Outcomes
    bot: Running

    def ask(self, text: str, *files: Path | File, **where: Any) -> Message:
        """Write a message that mentions the bot."""
        attached = [File(file) if isinstance(file, Path) else file for file in files]
        return self.discord.say(f"<@{self.discord.bot_id}> {text}", files=attached, **where)

    async def answered(self, message: Message, outcome: str = "answered") -> str:
        """Wait until a question has ended as expected, and return all that was said to it."""
        assert await self.outcomes.of(message) == outcome
        return "\n".join(self.said(message))

    def said(self, message: Message) -> list[str]:
        """Return the bot's messages in the question's thread, else those where it was asked.

        The line above an answer is left out.
        """
        place = message.channel_id if self.discord.thread(message.id) is None else message.id
        said = self.discord.messages(place)
        return [bare(one.content) for one in said if one.author_id == self.discord.bot_id]

    def buttons(self, question: Message) -> dict[str, tuple[int, str]]:
        """Return the buttons under an answer: label to message and id."""
        found: dict[str, tuple[int, str]] = {}
        place = question.channel_id if self.discord.thread(question.id) is None else question.id
        for message in self.discord.messages(place):
            for row in message.components:
                for button in row["components"]:
                    found[button["label"]] = (message.id, button["custom_id"])
        return found

    def ours(self, channel_id: int) -> list[Message]:
        """Return the bot's messages in a channel, those for one person included."""
        discord = self.discord
        whispers = [
            one for one in discord.whispers(discord.user_id) if one.channel_id == channel_id
        ]
        shown = [one for one in discord.messages(channel_id) if one.author_id == discord.bot_id]
        return sorted([*shown, *whispers], key=lambda one: one.id)

    def everything_said(self) -> list[Message]:
        """Return all that stands of the bot's, in every place that it has called."""
        places: set[int] = {self.discord.dm_channel_id}
        for call in self.discord.requests:
            _, kind, identity, *_ = [*call.path.split("/"), "", ""]
            places |= {int(identity)} if kind == "channels" else set()
            match call.response:
                case {"resource": {"message": {"channel_id": place}}} | {"channel_id": place}:
                    places.add(int(place))
                case _:
                    pass
        return [one for place in sorted(places) for one in self.ours(place)]

    def check_whole(self, text: str, *, closed: Collection[int] = ()) -> None:
        """Insist that a text stands once, and nothing anywhere that tells of work still to come.

        In places that are closed to the bot, what stood there has to stay.
        """
        said = self.everything_said()
        assert sum(one.content.count(text) for one in said) == 1
        assert [one.content for one in said if is_half(one) and one.channel_id not in closed] == []

    async def fill_in(self, opened: Interaction, question: str) -> Interaction:
        """Wait for the window that something opens, and ask in it."""
        discord = self.discord
        await discord.until(lambda: discord.interaction(opened.id).modal)
        return discord.submit(opened.id, {"question": question})

    def question_of(self, asked: Message | Interaction) -> Message:
        """Return the message of a question; that of an interaction is its answer."""
        if isinstance(asked, Message):
            return asked
        original = self.discord.interaction(asked.id).original_id
        place = [*self.ours(asked.channel_id)]
        return next(one for one in place if one.id == original)

    def told_directly(self) -> str:
        """Return the one thing that was said to the asker directly."""
        (said,) = self.ours(self.discord.dm_channel_id)
        return said.content

    def refusals(self, code: int) -> int:
        """Count the calls that Discord turned down with a code of its own accord."""
        return sum(code_of(one.response) == code for one in self.discord.requests)

    def calls(self, method: str, ending: str) -> int:
        """Count the calls of the bot to a path that ends so."""
        calls = [one for one in self.discord.requests if one.method == method]
        return sum(1 for one in calls if (one.template or "").endswith(ending))


def bare(content: str) -> str:
    """Return what a message says beneath the line with its clips."""
    first, _, rest = content.partition("\n")
    return rest if first.startswith("-# ▶ ") else content


def is_half(message: Message) -> bool:
    """Tell whether a message looks as if the bot was still at work on it."""
    labels = [one.get("label") for row in message.components for one in row["components"]]
    return "Stop" in labels or STATUS.fullmatch(bare(message.content)) is not None


def code_of(response: Any) -> int | None:
    """Return the code with which Discord turned a call down."""
    match response:
        case {"code": int(code)}:
            return code
        case _:
            return None


def words_of(said: list[Message]) -> list[str]:
    """Return the answer's words in the order in which they stand there."""
    return [word for one in said for word in one.content.split() if word.startswith("word")]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
