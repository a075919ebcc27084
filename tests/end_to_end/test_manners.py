from pathlib import Path
from typing import Any

import pytest

from bot.playground.discord import File
from bot.playground.model import Stall, Stream
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256

VIDEO = "dQw4w9WgXcQ"


def whispered(stage: Stage) -> str:
    return "\n".join(one.content for one in stage.discord.whispers(stage.discord.user_id))


async def test_bots_webhooks_and_discord_itself_are_left_alone(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    mention, clip = f"<@{discord.bot_id}> what is this?", [File(mp4)]
    discord.say(mention, files=clip, author_id=discord.add_person("another bot", bot=True))
    discord.say(mention, files=clip, webhook=True)
    discord.say(mention, files=clip, author_id=discord.bot_id)
    discord.system(discord.channel_id)
    discord.say("an aside", files=clip)
    await stage.answered(stage.ask("what is this?", mp4))
    assert len(stage.model.requests) == 1
    assert len(stage.ours(discord.channel_id)) == 1  # its own, in the third line


async def test_nobody_is_pinged_whatever_the_model_writes(stage: Stage, mp4: Path) -> None:
    words = f"@everyone <@{stage.discord.user_id}> look!"
    stage.model.script.extend([Stream((words,)), Stream((words,))])
    question = stage.ask("what is this?", mp4)
    assert words in await stage.answered(question)
    through = stage.discord.use_command("ask", question=words, clip=File(mp4))
    assert await stage.outcomes.of(through) == "answered"
    everywhere = [question.id, question.channel_id, stage.question_of(through).id]
    ours = [one for place in everywhere for one in stage.ours(place)]
    assert len(ours) == 3
    assert not any(one.mentions or one.mention_everyone for one in ours)


async def test_the_help_is_three_short_lines_in_place(stage: Stage) -> None:
    question = stage.ask("hello?")
    said = await stage.answered(question, "refused")
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    assert len(lines) == 3
    assert max(map(len, lines)) <= 90
    assert stage.discord.thread(question.id) is None


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("about", ["I watch videos", "google/gemini-3.5-flash-lite", "OpenRouter", "/privacy"]),
        ("privacy", ["What I read", "What I send", "What I keep", "twelve hours", "seven days"]),
    ],
)
async def test_a_command_tells_whoever_asks_alone(
    stage: Stage, command: str, words: list[str]
) -> None:
    stage.discord.use_command(command)
    await stage.discord.until(lambda: whispered(stage))
    assert [word for word in words if word not in whispered(stage)] == []
    assert stage.ours(stage.discord.channel_id) == stage.discord.whispers(stage.discord.user_id)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"link": "https://example.com/v"}, "is no link to a YouTube video"),
        ({"link": f"https://youtu.be/{VIDEO}", "from": "later"}, "“later” is no time"),
        ({"link": f"https://youtu.be/{VIDEO}", "from": "20", "to": "0:10"}, "from 0:20 to 0:10"),
        ({}, "I see no clip here"),
    ],
)
async def test_what_is_wrong_with_a_command_is_told_to_its_user(
    stage: Stage, options: dict[str, Any], sentence: str
) -> None:
    stage.discord.use_command("ask", question="what?", **options)
    await stage.discord.until(lambda: whispered(stage))
    assert sentence in whispered(stage)
    assert stage.model.requests == []


async def test_a_part_is_told_to_the_model_and_stays_the_part(stage: Stage) -> None:
    part: dict[str, Any] = {"from": "0:10", "to": "20"}
    asked = stage.discord.use_command(
        "ask", question="what?", link=f"https://youtu.be/{VIDEO}", **part
    )
    assert await stage.outcomes.of(asked) == "answered"
    question = stage.question_of(asked)
    assert "asked about [youtu.be/dQw4w9WgXcQ]" in question.content
    assert ", from 0:10 to 0:20:\n> what?" in question.content
    assert await stage.outcomes.of(stage.ask("and?", channel_id=question.id)) == "answered"
    for request in stage.model.requests:
        assert "(Only the part from 0:10 to 0:20" in str(request.body["messages"][1])


async def test_a_menu_on_a_message_without_a_clip_says_so(stage: Stage) -> None:
    said = stage.discord.say("no clip at all")
    stage.discord.use_on_message("Ask about this clip", said.id)
    await stage.discord.until(lambda: whispered(stage))
    assert "I see no clip in that message" in whispered(stage)


async def test_a_spoiler_is_answered_behind_a_spoiler(stage: Stage, mp4: Path) -> None:
    stage.model.script.extend([Stream(("He did it.",)), Stream(("With a rope.",))])
    question = stage.ask("who?", File(mp4, spoiler=True))
    said = await stage.answered(question)
    assert "||He did it.||" in said
    assert await stage.outcomes.of(stage.ask("how?", channel_id=question.id)) == "answered"
    assert "||With a rope.||" in stage.said(question)[-1]
    assistant = stage.model.requests[-1].body["messages"][2]
    assert assistant["content"] == "He did it."


async def test_the_newest_clip_of_the_asker_is_named_with_its_message(
    start: Start, clips: dict[str, Path]
) -> None:
    async with start(toggle=True) as stage:
        discord = stage.discord
        discord.say("old", files=[File(clips["webm"])])
        mine = discord.say("new", files=[File(clips["mp4"])])
        other = discord.add_person("somebody else")
        discord.say("theirs", files=[File(clips["mov"])], author_id=other)
        question = stage.ask("what is this?")
        assert sha256(clips["mp4"]) in await stage.answered(question)
        header = stage.ours(question.id)[0].content.split("\n")[0]
        place = f"https://discord.com/channels/{discord.guild_id}/{discord.channel_id}/{mine.id}"
        assert header.startswith("-# ▶ [clip.mp4](")
        assert header.endswith(f" ([its message]({place}))")


async def test_what_was_said_too_long_ago_is_not_looked_at(start: Start, mp4: Path) -> None:
    async with start(toggle=True) as stage:
        stage.discord.say("old", files=[File(mp4)])
        for number in range(10):
            stage.discord.say(f"chatter {number}")
        assert "I see no clip" in await stage.answered(stage.ask("what is this?"), "refused")


async def test_a_link_in_an_embed_is_found(start: Start) -> None:
    async with start(toggle=True) as stage:
        card = stage.discord.say("see the card")
        stage.discord.unfurl(card.id, {"url": f"https://www.youtube.com/watch?v={VIDEO}"})
        question = stage.ask("what is said?", reply_to=card.id)
        assert "opened nothing" in (await stage.answered(question)).replace("\n", " ")


async def test_a_message_that_changes_midway_is_answered_all_the_same(
    stage: Stage, mp4: Path
) -> None:
    stage.model.script.append(Stream(tuple(f"word{n} " for n in range(30))))
    stage.model.pace = 0.02
    question = stage.ask(f"what is this? https://youtu.be/{VIDEO}", mp4)
    await stage.discord.until(lambda: stage.said(question))
    stage.discord.unfurl(question.id, {"url": f"https://youtu.be/{VIDEO}"})
    stage.discord.edit(question.id, "never mind")
    assert "word29" in await stage.answered(question)
    assert len(stage.model.requests) == 1


async def test_embeds_stay_suppressed_after_the_last_edit(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    assert all(one.flags & 4 for one in stage.ours(question.id))


async def test_delete_takes_every_page_and_only_for_whom_it_is_for(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(tuple(f"sentence {n} " * 20 for n in range(20))))
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    assert len(stage.said(question)) > 1
    delete = stage.buttons(question)["Delete"]
    stranger = stage.discord.add_person("stranger")
    stage.discord.press(*delete, author_id=stranger)
    await stage.discord.until(lambda: stage.discord.whispers(stranger))
    assert len(stage.said(question)) > 1
    stage.discord.press(*delete)
    await stage.discord.until(lambda: not stage.ours(question.id))


async def test_anybody_may_follow_up_and_the_model_is_told_who(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    other = stage.discord.add_person("Bob")
    opened = stage.discord.press(*stage.buttons(question)["Follow up"], author_id=other)
    asked = await stage.fill_in(opened, "and its colour?")
    assert await stage.outcomes.of(asked) == "answered"
    assert "**Bob** asked:\n> and its colour?" in "".join(stage.said(question))
    users = [one for one in stage.model.requests[-1].body["messages"] if one["role"] == "user"]
    assert "Bob" not in str(users[0])
    assert users[1]["content"][-1]["text"] == (
        "and its colour?\n(This is asked by somebody else, Bob.)"
    )


async def test_deleting_the_answer_midway_is_no_reason_to_stop(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.delete(stage.ours(question.id)[0].id)
    stage.discord.delete(question.id)
    assert await stage.outcomes.of(question) == "cancelled"
    assert stage.said(question) == [
        "It is a square\n-# I was stopped here. Ask again when you like."
    ]
