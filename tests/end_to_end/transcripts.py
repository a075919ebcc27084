"""Conversations with the bot as they are seen in Discord, for the README.

Run as `python -m tests.end_to_end.transcripts`. The bot and its client of Discord are the real
ones; Discord is the emulated one, and the model's words are scripted.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import app
from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import Discord, Fault, File, Message, Throttle, serve
from bot.playground.model import Model, Stream
from bot.playground.model.wire import catalogue_entry
from bot.playground.terminal.markdown import PLAIN, rows
from bot.settings import Settings
from tests.between import between

_WIDTH, _NAME = 88, 10
_MODEL = "google/gemini-3.5-flash-lite"
_PRICES = {"prompt": "0.0000003", "completion": "0.0000025"}
_SLOW = Throttle(180_000)  # bytes a second, so that there is something to see


@dataclass
class Theatre:
    """A Discord with Ann in it, the bot, and a model that says what it is told to."""

    discord: Discord
    model: Model
    clip: Path
    ann: int
    seen: dict[int, str] = field(default_factory=dict[int, str])

    def prompt(self, text: str) -> None:
        """Let the model say this, word by word."""
        words = tuple(f"{word} " for word in text.split(" "))
        self.model.script.append(Stream(words, usage=_usage(len(words))))

    def ask(self, text: str, *files: File, **where: Any) -> Message:
        """Let Ann mention the bot."""
        mention = f"<@{self.discord.bot_id}> {text}"
        message = self.discord.say(mention, files=files, author_id=self.ann, **where)
        _tell("Ann", [f"@Reeltalk {text}", *(f"+ {one.name}" for one in message.attachments)])
        return message

    async def watch(self, question: Message) -> None:
        """Print each state of the answer, until it is whole."""
        changes = self.discord.changes()
        while not self._has_ended(question):
            await anext(changes)

    def _has_ended(self, question: Message) -> bool:
        thread = self.discord.thread(question.id)
        said = self.discord.messages(question.channel_id if thread is None else thread.id)
        ours = [one for one in said if one.author_id == self.discord.bot_id]
        for message in (one for one in ours if one.id > question.id):
            self.show(message)
        return any("Delete" in _labels(one) for one in ours if one.id > question.id)

    def show(self, message: Message) -> None:
        """Print a message, if it is not as it was."""
        buttons = [f"[{label}]" for label in _labels(message)]
        state = "\n".join([message.content, *([" ".join(buttons)] if buttons else [])])
        if self.seen.get(message.id) != state:
            self.seen[message.id] = state
            _tell("Reeltalk", state.split("\n"))


async def _answered(theatre: Theatre) -> None:
    _scene("A clip, a question, and one more")
    theatre.discord.faults.append(Fault(_SLOW, path="/attachments/*", after=1))
    theatre.prompt(
        "The picture changes twice:\n\n- at **0:02**, from bars to a dial\n- at **0:04**, back to "
        "the bars\n\nA tone is heard all the way."
    )
    first = theatre.ask("when does the picture change?", File(theatre.clip, "party.mp4"))
    _tell("", [f"╷ thread: {first.content.partition('> ')[2]}"])
    await theatre.watch(first)
    theatre.prompt("It is the same tone, at **0:01** as at **0:05**.")
    await theatre.watch(theatre.ask("and does the tone change?", channel_id=first.id))


async def _moments(theatre: Theatre) -> None:
    _scene("A link: the moments lead into the video")
    theatre.prompt("The chorus begins at 0:43, and again at 1:25.")
    await theatre.watch(theatre.ask("when is the chorus? https://youtu.be/dQw4w9WgXcQ"))


async def _refused(theatre: Theatre) -> None:
    _scene("A clip that the bot may not read, and the way to it")
    bob = theatre.discord.add_person("Bob")
    clip = theatre.discord.say("look at this", files=[File(theatre.clip)], author_id=bob)
    _tell("Bob", ["look at this", "+ clip.mp4"])
    await theatre.watch(theatre.ask("what is this?", reply_to=clip.id))
    _tell("Ann", ["presses and holds Bob's message: Apps, Ask about this clip"])
    opened = theatre.discord.use_on_message("Ask about this clip", clip.id, author_id=theatre.ann)
    await theatre.discord.until(lambda: theatre.discord.interaction(opened.id).modal)
    _window(theatre.discord.interaction(opened.id).modal or {}, "what is this?")
    theatre.prompt("A test picture: colour bars with a dial that turns.")
    asked = theatre.discord.submit(opened.id, {"question": "what is this?"})
    await theatre.discord.until(lambda: theatre.discord.interaction(asked.id).original_id)
    original = theatre.discord.interaction(asked.id).original_id
    said = theatre.discord.messages(theatre.discord.channel_id)
    question = next(one for one in said if one.id == original)
    theatre.show(question)
    await theatre.watch(question)


def _window(modal: dict[str, Any], typed: str) -> None:
    (label,) = modal["components"]
    title = f" {modal['title']} "
    print(f"{'':{_NAME}}┌{title:─<44}┐")
    for line in (f"{label['label']}", f"> {typed}", "", f"{'[Submit]':>42}"):
        print(f"{'':{_NAME}}│ {line:<42} │")
    print(f"{'':{_NAME}}└{'':─<44}┘")


def _scene(title: str) -> None:
    print(f"\n{title}\n")


def _tell(who: str, lines: Iterable[str]) -> None:
    text = "\n".join(lines).replace("**", "")
    for number, row in enumerate(rows(text, _WIDTH - _NAME, PLAIN)):
        print(f"{'' if number else who:{_NAME}}{row}".rstrip())


def _labels(message: Message) -> list[str]:
    return [one["label"] for row in message.components for one in row["components"]]


def _usage(words: int) -> dict[str, Any]:
    return {
        "prompt_tokens": 3_990,
        "completion_tokens": words,
        "total_tokens": 3_990 + words,
        "prompt_tokens_details": {"video_tokens": 3_822},
    }


@asynccontextmanager
async def theatre(folder: Path) -> AsyncGenerator[Theatre]:
    """Put the bot on, with what it keeps in a folder."""
    clip = folder / "clip.mp4"
    make_clip(clip, seconds=42)
    async with serve() as discord, stand_in.serve(pace=0.14) as model:
        model.others.append({**catalogue_entry(_MODEL), "pricing": _PRICES})
        environ = {
            **between(discord, model),
            "MODEL": _MODEL,
            "DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}",
        }
        running = asyncio.create_task(app.run(Settings.read(environ)))
        try:
            await discord.until(lambda: discord.ready)
            yield Theatre(discord, model, clip, discord.add_person("Ann"))
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def main() -> None:
    """Play every scene."""
    with tempfile.TemporaryDirectory() as folder:
        async with theatre(Path(folder)) as stage:
            for scene in (_answered, _moments, _refused):
                await scene(stage)


if __name__ == "__main__":
    asyncio.run(main())
