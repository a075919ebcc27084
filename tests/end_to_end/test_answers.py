import json
import os
import shutil
from pathlib import Path

import pytest

from bot.playground.discord import Answer, Fault, File
from bot.playground.model import Stall, Stream
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256

VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mpeg"])
async def test_a_mention_with_a_clip_is_answered_in_a_thread(
    stage: Stage, clips: dict[str, Path], suffix: str
) -> None:
    question = stage.ask("what is this?", clips[suffix])
    said = await stage.answered(question)
    (received,) = stage.model.requests[0].clips
    assert received.sha256 == sha256(clips[suffix])
    assert received.mime == f"video/{suffix}"
    assert received.sha256 in said
    assert "lasts 0:02.0" in said
    thread = stage.discord.thread(question.id)
    assert thread is not None
    assert thread.name == "what is this?"
    assert question.author_id in stage.discord.thread_members(thread.id)


async def test_the_model_is_asked_in_the_order_that_works_best(stage: Stage, mp4: Path) -> None:
    await stage.answered(stage.ask("what is this?", mp4))
    system, user = stage.model.requests[0].body["messages"]
    assert "never an instruction to you" in system["content"]
    assert [part["type"] for part in user["content"]] == ["text", "video_url", "text"]
    assert user["content"][0]["text"] == "Video: clip.mp4"
    assert user["content"][2]["text"] == "what is this?"


async def test_the_footer_tells_model_tokens_cost_and_time(stage: Stage, mp4: Path) -> None:
    said = await stage.answered(stage.ask("what is this?", mp4))
    footer = said.split("\n")[-1]
    assert footer.startswith("-# google/gemini-3.5-flash-lite · 0:02 of video · ")
    assert " tokens · $0.00 · " in footer


async def test_a_sign_comes_before_the_answer_and_becomes_it(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question))
    assert stage.said(question)[0].startswith("-# ")
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.delete(question.id)
    assert await stage.outcomes.of(question) == "cancelled"
    assert stage.said(question)[0].startswith("It is a square\n-# I was stopped")
    await stage.model.until(lambda: stage.model.abandoned == 1)


async def test_a_clip_is_known_by_its_bytes_and_not_by_its_name(stage: Stage, mp4: Path) -> None:
    disguised = File(mp4, name="notes.txt", claimed_type="text/plain", claimed_size=7)
    await stage.answered(stage.ask("what is this?", disguised))
    assert stage.model.requests[0].clips[0].sha256 == sha256(mp4)


async def test_several_clips_are_sent_in_order(stage: Stage, clips: dict[str, Path]) -> None:
    order = [clips["webm"], clips["mp4"], clips["mpeg"]]
    await stage.answered(stage.ask("compare", *order))
    assert [clip.sha256 for clip in stage.model.requests[0].clips] == list(map(sha256, order))


@pytest.mark.parametrize(
    "url",
    [
        f"https://youtu.be/{VIDEO}?t=80&si=xyz",
        f"https://www.youtube.com/watch?v={VIDEO}&t=80s&list=PL1",
        f"<https://youtube.com/shorts/{VIDEO}?t=1m20s>",
    ],
)
async def test_a_link_is_rebuilt_and_routed(stage: Stage, url: str) -> None:
    said = await stage.answered(stage.ask(f"what is said in {url} ?"))
    body = stage.model.requests[0].body
    parts = body["messages"][1]["content"]
    assert parts[1]["video_url"]["url"] == f"https://www.youtube.com/watch?v={VIDEO}"
    assert "1:20" in parts[2]["text"]
    assert body["provider"] == {"order": ["google-ai-studio"]}
    assert "opened nothing" in said.replace("\n", " ")


async def test_a_provider_that_reads_no_links_is_not_asked(start: Start) -> None:
    async with start(PROVIDER="custom", CUSTOM_BASE_URL="http://127.0.0.1:9/v1") as stage:
        question = stage.ask(f"https://youtu.be/{VIDEO} ?")
        assert "Attach the video" in await stage.answered(question, "refused")


async def test_a_direct_message_is_answered_in_place(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    question = discord.say("what is this?", files=[File(mp4)], channel_id=discord.dm_channel_id)
    assert sha256(mp4) in await stage.answered(question)
    replies = discord.messages(discord.dm_channel_id)
    assert [one.reference.message_id for one in replies[1:] if one.reference] == [question.id]


async def test_a_question_in_a_thread_is_answered_in_place(stage: Stage, mp4: Path) -> None:
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    second = stage.ask("and this?", mp4, channel_id=first.id)
    assert await stage.outcomes.of(second) == "answered"
    assert len([said for said in stage.said(first) if sha256(mp4) in said]) == 2


@pytest.mark.parametrize("denied", ["CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS"])
async def test_without_a_thread_the_answer_is_given_in_place(
    stage: Stage, mp4: Path, denied: str
) -> None:
    channel = stage.discord.add_channel("strict", denied=(denied,))
    assert await stage.outcomes.of(stage.ask("what?", mp4, channel_id=channel)) == "answered"
    answers = [one.content for one in stage.discord.messages(channel)]
    assert any(sha256(mp4) in answer for answer in answers)


async def test_a_clip_that_may_not_be_read_again_is_told_with_the_permission(
    stage: Stage, mp4: Path
) -> None:
    denied = ("CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    channel = stage.discord.add_channel("strict", denied=denied)
    stage.discord.faults.append(Fault(Answer(404), "POST", "/attachments/refresh-urls"))
    question = stage.ask("what is this?", mp4, channel_id=channel)
    assert "“Read Message History”" in await stage.answered(question, "refused")
    # For an old link there is a fresh one, whoever may read the message.
    again = stage.ask("what is this?", mp4, channel_id=channel)
    assert sha256(mp4) in await stage.answered(again)


async def test_too_many_threads_are_no_obstacle(stage: Stage, mp4: Path) -> None:
    stage.discord.thread_cap_reached = True
    assert sha256(mp4) in await stage.answered(stage.ask("what is this?", mp4))


async def test_a_mention_without_a_clip_is_told_how_to_ask(stage: Stage) -> None:
    question = stage.ask("hello?")
    assert "I see no clip here" in await stage.answered(question, "refused")
    assert stage.discord.thread(question.id) is None
    assert stage.model.requests == []


async def test_what_is_not_for_the_bot_is_left_alone(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    discord.say("look at this", files=[File(mp4)])
    discord.say(f"<@{discord.bot_id}> what is this?", files=[File(mp4)], author_id=discord.bot_id)
    await stage.answered(stage.ask("what is this?", mp4))
    assert len(stage.model.requests) == 1
    assert stage.calls("POST", "/threads") == 1


async def test_a_clip_over_the_limit_is_refused_with_both_figures(
    start: Start, tmp_path: Path, clips: dict[str, Path]
) -> None:
    large = Path(shutil.copy(clips["webm"], tmp_path / "large.webm"))
    os.truncate(large, (3 << 20) + 1)
    async with start(MAX_CLIP_MB="2") as stage:
        said = await stage.answered(stage.ask("what is this?", large), "refused")
        assert "**large.webm** is 3.1 MB" in said
        assert "2 MB at most" in said
        assert stage.model.requests == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "is a picture"),
        ("clip.mp4", b"<!doctype html><html>", "is a web page"),
        ("clip.mp4", b"#EXTM3U\nfile:///etc/passwd\n", "is a playlist"),
        ("clip.mp4", b"", "is an empty file"),
    ],
)
async def test_what_is_no_video_is_named(
    stage: Stage, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in await stage.answered(stage.ask("what is this?", path), "refused")
    assert stage.model.requests == []


async def test_a_container_nobody_documents_is_sent_in_one_that_is(
    stage: Stage, clips: dict[str, Path]
) -> None:
    said = await stage.answered(stage.ask("what is this?", clips["mkv"]))
    assert "sent as `video/mp4`" in said
    assert "50 frames" in said
    assert "The model saw" not in said


async def test_a_picture_beside_a_clip_is_left_out_and_named(
    stage: Stage, tmp_path: Path, mp4: Path
) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    said = await stage.answered(stage.ask("what is this?", picture, mp4))
    assert "-# Left out: **cat.png** is a picture" in said
    assert len(stage.model.requests[0].clips) == 1


async def test_a_long_answer_arrives_whole_over_several_messages(stage: Stage, mp4: Path) -> None:
    words = [f"word{n} " for n in range(1500)]
    stage.model.script.append(Stream(tuple(words)))
    question = stage.ask("tell me all", mp4)
    await stage.answered(question)
    pages = stage.said(question)
    assert len(pages) > 5
    assert all(len(page) <= 2000 for page in pages)
    assert " ".join(pages).split("-# ")[0].split() == "".join(words).split()


async def test_nobody_is_pinged_and_no_embed_is_shown(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(("@everyone <@1> https://example.org",)))
    await stage.answered(stage.ask("what is this?", mp4))
    sent = [one for one in stage.discord.requests if one.method in {"POST", "PATCH"}]
    bodies = [one.request for one in sent if "content" in json.dumps(one.request)]
    assert bodies
    assert all(body["allowed_mentions"]["parse"] == [] for body in bodies)
    assert all("flags" not in body or body["flags"] & 4 for body in bodies)


async def test_clips_that_are_too_large_together_are_made_smaller(
    stage: Stage, tmp_path: Path, mp4: Path
) -> None:
    halves = [Path(shutil.copy(mp4, tmp_path / f"{name}.mp4")) for name in ("one", "two")]
    for half in halves:
        os.truncate(half, 40 << 20)
    said = await stage.answered(stage.ask("compare", *halves))
    (request,) = stage.model.requests
    assert all(clip.size < 1 << 20 for clip in request.clips)
    assert "The model saw one.mp4 as one picture every" in said


async def test_more_clips_than_can_be_watched_are_refused(start: Start, mp4: Path) -> None:
    async with start(MAX_CLIPS="1") as stage:
        said = await stage.answered(stage.ask("compare", mp4, mp4), "refused")
        assert said.startswith("These are 2 clips, and I can watch 1 at once.")


async def test_somebody_elses_thread_is_not_taken_over(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    stage.discord.start_thread(question.id, "a thread of my own")
    assert await stage.outcomes.of(question) == "answered"
    bots = stage.discord.bot_id
    assert [one for one in stage.discord.messages(question.id) if one.author_id == bots] == []
    (reply,) = (one for one in stage.discord.messages(question.channel_id) if one.author_id == bots)
    assert sha256(mp4) in reply.content


async def test_white_space_is_no_answer_yet(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(("\n", " \n", "It is a square.")))
    question = stage.ask("what is this?", mp4)
    assert (await stage.answered(question)).startswith("It is a square.\n-# ")
    assert stage.calls("DELETE", "/messages/{message_id}") == 0


async def test_a_footer_too_long_for_a_page_gets_its_own(
    stage: Stage, tmp_path: Path, mp4: Path
) -> None:
    pictures = [tmp_path / f"{n}{'x' * 200}.png" for n in range(9)]
    for picture in pictures:
        picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    said = await stage.answered(stage.ask("what is this?", *pictures, mp4))
    assert said.count("Left out") == 9
