"""Whatever code Discord refuses with, whoever asked gets the answer, or is told why not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground.discord import Answer, Discord, Fault
from bot.playground.model import Stream
from tests.end_to_end.staging import Stage, sha256, words_of

THREAD, SEND, EDIT = (
    ("POST", "/channels/*/threads"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
)
ENTRY = ("GET", "/channels/*")
WORDS = tuple(f"word{number} " for number in range(600))


async def test_160004_by_somebody_else_is_answered_in_the_channel(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    stage.discord.start_thread(question.id, "a thread of my own")
    assert await stage.outcomes.of(question) == "answered"
    assert stage.ours(question.id) == []
    (said,) = stage.ours(question.channel_id)
    assert said.reference
    assert said.reference.message_id == question.id
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize("lost", [False, True], ids=["made before", "made by a lost call"])
async def test_160004_by_the_bot_itself_is_answered_in_its_thread(
    stage: Stage,
    mp4: Path,
    lost: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    if lost:
        stage.discord.faults.append(Fault(Answer(503, after_effect=True), *THREAD))
    question = stage.ask("what is this?", mp4)
    if not lost:
        stage.discord.start_thread(question.id, "what is this?", author_id=stage.discord.bot_id)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.id)) == 1
    assert stage.ours(question.channel_id) == []
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001)])
async def test_160004_of_a_thread_that_is_gone_is_answered_in_the_channel(
    stage: Stage, mp4: Path, status: int, code: int
) -> None:
    stage.discord.faults.append(Fault(Answer(400, code=160004), *THREAD))
    stage.discord.faults.append(Fault(Answer(status, code=code), *ENTRY))
    question = stage.ask("what is this?", mp4)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.channel_id)) == 1
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize(("kind", "code"), [("text", 160006), ("announcement", 160007)])
async def test_160006_and_160007_are_answered_in_the_channel(
    stage: Stage, mp4: Path, kind: str, code: int
) -> None:
    channel = stage.discord.add_channel("full", kind=kind)
    stage.discord.thread_cap_reached = True
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(code) == 1
    assert len(stage.ours(channel)) == 1
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize(
    ("denied", "is_in_thread"),
    [
        (("CREATE_PUBLIC_THREADS",), False),
        (("SEND_MESSAGES_IN_THREADS",), False),
        (("SEND_MESSAGES",), True),
    ],
)
async def test_50013_is_answered_where_it_is_allowed(
    stage: Stage,
    mp4: Path,
    denied: tuple[str, ...],
    is_in_thread: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    channel = stage.discord.add_channel("strict", denied=denied)
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.id if is_in_thread else channel)) == 1
    stage.check_whole(sha256(mp4))


async def test_50013_everywhere_is_told_directly_with_the_permission(
    stage: Stage, mp4: Path
) -> None:
    channel = stage.discord.add_channel("mute", denied=("SEND_MESSAGES", "CREATE_PUBLIC_THREADS"))
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "failed"
    told = stage.told_directly()
    assert f"can't answer you in <#{channel}>" in told
    assert "“Send Messages” and “Send Messages in Threads”" in told
    stage.check_whole(told)


async def test_50001_is_told_directly_with_the_permission(stage: Stage, mp4: Path) -> None:
    channel = stage.discord.add_channel("hidden")
    question = stage.ask("what is this?", mp4, channel_id=channel)
    stage.discord.deny(channel, "VIEW_CHANNEL")
    assert await stage.outcomes.of(question) == "failed"
    assert stage.refusals(50001)
    assert "the permission “View Channel” there" in stage.told_directly()
    stage.check_whole("View Channel")


async def test_160005_with_no_other_place_is_told_directly(stage: Stage, mp4: Path) -> None:
    thread = stage.discord.start_thread(stage.discord.say("let us talk").id, "talk")
    stage.discord.archive(thread.id, locked=True)
    question = stage.ask("what is this?", mp4, channel_id=thread.id)
    assert await stage.outcomes.of(question) == "failed"
    assert f"can't answer you in <#{thread.id}>: the thread is locked" in stage.told_directly()
    stage.check_whole("the thread is locked")


def voice(discord: Discord) -> int:
    return discord.add_channel("voice", kind="voice")


def post(discord: Discord) -> int:
    return discord.post(discord.add_channel("forum", kind="forum"), "a post", "hello").id


@pytest.mark.parametrize("place", [voice, post])
async def test_50024_is_answered_in_place(
    stage: Stage, mp4: Path, place: Callable[[Discord], int]
) -> None:
    channel = place(stage.discord)
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(50024) == 1
    assert len(stage.ours(channel)) == 1
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize("code", [50008, 50024])
async def test_50008_in_a_thread_is_answered_in_the_channel(
    stage: Stage, mp4: Path, code: int
) -> None:
    stage.discord.faults.append(Fault(Answer(400, code=code), *SEND))
    question = stage.ask("what is this?", mp4)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.channel_id)) == 1
    stage.check_whole(sha256(mp4))


async def test_50008_everywhere_is_told_directly(stage: Stage, mp4: Path) -> None:
    channel = stage.discord.add_channel("odd", denied=("CREATE_PUBLIC_THREADS",))
    fault = Fault(Answer(400, code=50008), "POST", f"/channels/{channel}/messages", times=99)
    stage.discord.faults.append(fault)
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "failed"
    assert f"Discord does not take my answer in <#{channel}>. Ask again" in stage.told_directly()
    stage.check_whole("does not take my answer")


async def test_50035_of_a_reply_is_sent_without_its_reference(stage: Stage, mp4: Path) -> None:
    channel = stage.discord.add_channel("flat", denied=("CREATE_PUBLIC_THREADS",))
    stage.discord.faults.append(Fault(Answer(400, code=50035), *SEND))
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    (said,) = stage.ours(channel)
    assert said.reference is None
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize("call", [THREAD, SEND, EDIT], ids=["thread", "send", "edit"])
@pytest.mark.parametrize(
    "answer",
    [Answer(403, code=20016), Answer(403, code=20028), Answer(429, retry_after=0.1)],
    ids=["20016", "20028", "429"],
)
async def test_20016_and_20028_are_waited_out(
    stage: Stage, mp4: Path, call: tuple[str, str], answer: Answer
) -> None:
    stage.discord.faults.append(Fault(answer, *call))
    question = stage.ask("what is this?", mp4)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize("pieces", [("word0",), WORDS], ids=["short", "long"])
async def test_160002_is_answered_without_a_reference(
    stage: Stage, mp4: Path, pieces: tuple[str, ...]
) -> None:
    stage.model.script.append(Stream(pieces))
    denied = ("CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    channel = stage.discord.add_channel("forgetful", denied=denied)
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(160002)
    assert words_of(stage.ours(channel)) == "".join(pieces).split()
    stage.check_whole(pieces[-1].strip())


@pytest.mark.parametrize("is_direct", [False, True], ids=["in a channel", "in a direct message"])
async def test_50007_leaves_a_sign_at_the_question(
    stage: Stage,
    mp4: Path,
    is_direct: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    discord = stage.discord
    mute = discord.add_channel("mute", denied=("SEND_MESSAGES", "CREATE_PUBLIC_THREADS"))
    path = f"/channels/{discord.dm_channel_id}/messages"
    discord.faults.append(Fault(Answer(403, code=50007), "POST", path, times=99))
    question = stage.ask("what?", mp4, channel_id=discord.dm_channel_id if is_direct else mute)
    assert await stage.outcomes.of(question) == "failed"
    (asked,) = (one for one in discord.messages(question.channel_id) if one.id == question.id)
    assert [(one.emoji, one.user_id) for one in asked.reactions] == [("⚠️", discord.bot_id)]
    assert stage.everything_said() == []
