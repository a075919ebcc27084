"""Every way to ask, in every place, with the portal's toggle off and on, and what must happen.

new      answered in a thread made from the question
here     answered where it was asked
guest    answered in the interaction, for the bot is no member there
hidden   told that the clip can't be read, and how to point at it
help     told how to ask
silent   nothing happens: it was not for the bot
off/on   where the portal's toggle makes a difference
-        Discord offers no such way there, or it is another row's
"""

# ruff: noqa: E501 (a table is read across)

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.playground.discord import File, Interaction, Message
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256

TABLE = """
                         | text       | thread      | post        | news       | private     | direct | far
mention, with a clip     | new        | here        | here        | new        | here        | here   | silent
mention, with a link     | new        | here        | here        | new        | here        | here   | silent
mention, reply to a clip | hidden/new | hidden/here | hidden/here | hidden/new | hidden/here | -      | silent
mention, shown the reply | new        | here        | here        | new        | here        | -      | silent
mention, own clip before | help/new   | help/here   | help/here   | help/new   | help/here   | -      | silent
mention, under a clip    | -          | help/here   | help/here   | -          | -           | -      | -
mention, with a forward  | hidden/new | hidden/here | hidden/here | hidden/new | hidden/here | here   | silent
mention, shown a forward | new        | here        | here        | new        | here        | here   | silent
reply with a ping        | here       | here        | here        | here       | here        | here   | -
no mention, with a clip  | silent     | silent      | silent      | silent     | silent      | here   | silent
no mention, own thread   | silent/here | -          | -           | silent/here | -          | here   | -
menu on a clip           | new        | here        | here        | new        | here        | here   | guest
/ask with a clip         | new        | here        | here        | new        | here        | here   | guest
/ask with a link         | new        | here        | here        | new        | here        | here   | guest
Follow up                | here       | here        | here        | here       | here        | here   | guest
"""

MENU = "Ask about this clip"
LINK = "https://youtu.be/dQw4w9WgXcQ"
HELP, HIDDEN = "I see no clip here", "I may not read the message"

Asked: TypeAlias = Message | Interaction


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to ask in, and a clip to ask about."""

    stage: Stage
    name: str
    channel_id: int
    clip: Path

    @property
    def mention(self) -> str:
        return f"<@{self.stage.discord.bot_id}>"

    def say(self, text: str, *files: Path, **more: object) -> Message:
        attached = [File(file) for file in files]
        channel_id = more.pop("channel_id", self.channel_id)
        return self.stage.discord.say(text, files=attached, channel_id=channel_id, **more)  # pyright: ignore[reportArgumentType]

    async def own_clip(self, text: str) -> Message:
        """Post a clip; in a conversation with the bot it is a question, whose end is waited for."""
        clip = self.say(text, self.clip)
        if self.name == "direct":
            assert await self.stage.outcomes.of(clip) == "answered"
        return clip

    def others_clip(self) -> Message:
        other = self.stage.discord.add_person("somebody else")
        return self.say("look", self.clip, author_id=other)


Way: TypeAlias = Callable[[Spot], Awaitable[Asked]]
WAYS: dict[str, Way] = {}


def way(name: str) -> Callable[[Way], Way]:
    def named(ask: Way) -> Way:
        WAYS[name] = ask
        return ask

    return named


@way("mention, with a clip")
async def _(spot: Spot) -> Asked:
    return spot.say(f"{spot.mention} what is this?", spot.clip)


@way("mention, with a link")
async def _(spot: Spot) -> Asked:
    return spot.say(f"{spot.mention} what is this? {LINK}")


@way("mention, reply to a clip")
async def _(spot: Spot) -> Asked:
    clip = spot.others_clip()
    return spot.say(f"{spot.mention} what is this?", reply_to=clip.id)


@way("mention, shown the reply")
async def _(spot: Spot) -> Asked:
    spot.stage.discord.shows_referenced = True
    clip = spot.others_clip()
    return spot.say(f"{spot.mention} what is this?", reply_to=clip.id)


@way("mention, own clip before")
async def _(spot: Spot) -> Asked:
    await spot.own_clip("look")
    return spot.say(f"{spot.mention} what is this?")


@way("mention, under a clip")
async def _(spot: Spot) -> Asked:
    discord = spot.stage.discord
    other = discord.add_person("somebody else")
    if spot.name == "post":
        forum = discord.add_channel("clips", kind="forum")
        post = discord.post(forum, "look", files=[File(spot.clip)], author_id=other)
        return spot.say(f"{spot.mention} what is this?", channel_id=post.id)
    starter = discord.say("look", files=[File(spot.clip)], author_id=other)
    discord.start_thread(starter.id, "look", author_id=other)
    return spot.say(f"{spot.mention} what is this?", channel_id=starter.id)


@way("mention, with a forward")
async def _(spot: Spot) -> Asked:
    spot.stage.discord.shows_snapshots = False
    clip = spot.stage.discord.say("look", files=[File(spot.clip)])
    return spot.say(f"{spot.mention} what is this?", forward_of=clip.id)


@way("mention, shown a forward")
async def _(spot: Spot) -> Asked:
    spot.stage.discord.shows_snapshots = True
    clip = spot.stage.discord.say("look", files=[File(spot.clip)])
    return spot.say(f"{spot.mention} what is this?", forward_of=clip.id)


async def answered_before(spot: Spot) -> Message:
    """Ask with a clip, and return the message of the bot that answers."""
    first = spot.say(f"{spot.mention} what is this?", spot.clip)
    assert await spot.stage.outcomes.of(first) == "answered"
    place = first.id if spot.stage.discord.thread(first.id) else spot.channel_id
    return spot.stage.ours(place)[-1]


@way("reply with a ping")
async def _(spot: Spot) -> Asked:
    answer = await answered_before(spot)
    return spot.say("and its colour?", reply_to=answer.id, channel_id=answer.channel_id)


@way("no mention, with a clip")
async def _(spot: Spot) -> Asked:
    return spot.say("look", spot.clip)


@way("no mention, own thread")
async def _(spot: Spot) -> Asked:
    answer = await answered_before(spot)
    return spot.say("and its colour?", channel_id=answer.channel_id)


@way("menu on a clip")
async def _(spot: Spot) -> Asked:
    discord = spot.stage.discord
    clip = spot.others_clip() if spot.name != "direct" else await spot.own_clip("")
    return await spot.stage.fill_in(discord.use_on_message(MENU, clip.id), "what is this?")


@way("/ask with a clip")
async def _(spot: Spot) -> Asked:
    return spot.stage.discord.use_command(
        "ask", channel_id=spot.channel_id, question="what is this?", clip=File(spot.clip)
    )


@way("/ask with a link")
async def _(spot: Spot) -> Asked:
    return spot.stage.discord.use_command(
        "ask", channel_id=spot.channel_id, question="what is this?", link=LINK
    )


@way("Follow up")
async def _(spot: Spot) -> Asked:
    discord = spot.stage.discord
    if spot.name == "far":
        first = discord.use_command(
            "ask", channel_id=spot.channel_id, question="what?", clip=File(spot.clip)
        )
        assert await spot.stage.outcomes.of(first) == "answered"
        answer = spot.stage.ours(spot.channel_id)[-1]
    else:
        answer = await answered_before(spot)
    button = next(
        one["custom_id"]
        for row in answer.components
        for one in row["components"]
        if one["label"] == "Follow up"
    )
    return await spot.stage.fill_in(discord.press(answer.id, button), "and its colour?")


def place_named(stage: Stage, name: str) -> int:
    discord = stage.discord
    match name:
        case "text":
            return discord.add_channel("text")
        case "news":
            return discord.add_channel("news", kind="announcement")
        case "thread":
            starter = discord.say("let us talk")
            return discord.start_thread(starter.id, "talk").id
        case "post":
            return discord.post(discord.add_channel("forum", kind="forum"), "a post", "hello").id
        case "private":
            return discord.add_private_thread("private")
        case "direct":
            return discord.dm_channel_id
        case _:
            return discord.add_elsewhere("far")


async def happened(spot: Spot, asked: Asked) -> str:
    """Tell what came of a question, in the words of the table."""
    stage, discord = spot.stage, spot.stage.discord
    outcome = await stage.outcomes.of(asked)
    question = stage.question_of(asked)
    thread = discord.thread(question.id) if question.id != spot.channel_id else None
    said = stage.ours(thread.id if thread else question.channel_id)[-1].content
    if outcome == "refused":
        return next(word for word, text in [("help", HELP), ("hidden", HIDDEN)] if text in said)
    assert outcome == "answered"
    assert sha256(spot.clip) in said or "opened nothing" in said.replace("\n", " ")
    if spot.name == "far":
        return "guest"
    return "new" if thread else "here"


def rows() -> list[tuple[str, dict[str, str]]]:
    head, *lines = (line.split("|") for line in TABLE.strip("\n").splitlines())
    places = [one.strip() for one in head[1:]]
    return [
        (name.strip(), dict(zip(places, (cell.strip() for cell in cells), strict=True)))
        for name, *cells in lines
    ]


@pytest.mark.parametrize("toggle", [False, True], ids=["toggle off", "toggle on"])
@pytest.mark.parametrize(("name", "cells"), rows(), ids=[name for name, _ in rows()])
async def test_each_way_to_ask_in_each_place(
    start: Start, mp4: Path, name: str, cells: dict[str, str], *, toggle: bool
) -> None:
    wanted = {place: cell.split("/")[-1 if toggle else 0] for place, cell in cells.items()}
    async with start(toggle=toggle) as stage:
        came: dict[str, str] = {}
        silent: list[int] = []
        for place, what in wanted.items():
            if what == "-":
                came[place] = "-"
                continue
            spot = Spot(stage, place, place_named(stage, place), mp4)
            asked = await WAYS[name](spot)
            if what == "silent":
                silent.append(asked.id)
                came[place] = "silent"
            else:
                came[place] = await happened(spot, asked)
        # What was to be left alone has been, once what came after it is answered.
        assert await stage.outcomes.of(stage.ask("what?", mp4)) == "answered"
        assert [one for one in silent if stage.outcomes.has(one)] == []
        assert came == wanted
