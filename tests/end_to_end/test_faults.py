from pathlib import Path

import pytest

from bot.playground.discord import (
    Answer,
    Fault,
    Redirect,
    Reset,
    ResetMidway,
    Truncate,
    Unmeasured,
)
from bot.playground.discord.faults import CdnEffect, RestEffect
from bot.playground.model import RefuseEarly, Respond, Scripted, Stream
from bot.playground.model import Reset as ModelReset
from tests.end_to_end.conftest import Stage, Start, sha256

THREAD, SEND, EDIT = (
    ("POST", "/channels/*/threads"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
)


@pytest.mark.parametrize("call", [THREAD, SEND, EDIT], ids=["thread", "send", "edit"])
@pytest.mark.parametrize(
    "effect",
    [
        Answer(429, retry_after=0.2),
        Answer(502, html=True),
        Answer(503),
        Answer(503, after_effect=True),
        Reset(),
        Reset(after_effect=True),
    ],
    ids=["429", "502", "503", "503 after all", "reset", "reset after all"],
)
async def test_a_fault_of_discord_leaves_the_answer_whole_and_single(
    stage: Stage, mp4: Path, call: tuple[str, str], effect: RestEffect
) -> None:
    method, path = call
    stage.discord.faults.append(Fault(effect, method=method, path=path))
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    (said,) = stage.said(question)
    assert said.count(sha256(mp4)) == 1
    assert stage.discord.thread(question.id) is not None
    assert len(stage.model.requests) == 1


@pytest.mark.parametrize("invalid", [False, True], ids=["resumed", "begun anew"])
async def test_a_lost_gateway_loses_neither_the_answer_nor_the_next_question(
    stage: Stage,
    mp4: Path,
    invalid: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    first = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(first))
    if invalid:
        stage.discord.invalidate_sessions()
    stage.discord.drop_gateway()
    assert sha256(mp4) in await stage.answered(first)
    counted = (lambda: stage.discord.identifies > 1) if invalid else (lambda: stage.discord.resumes)
    await stage.discord.until(counted)
    await stage.discord.until(lambda: stage.discord.ready)
    second = stage.ask("and this?", mp4)
    assert sha256(mp4) in await stage.answered(second)
    assert len(stage.model.requests) == 2


async def test_an_expired_link_is_asked_for_anew(stage: Stage, mp4: Path) -> None:
    # The look has read the head; by the time the clip itself is read, its link has expired.
    stage.discord.faults.append(Fault(Answer(404), path="/attachments/*", after=1))
    assert sha256(mp4) in await stage.answered(stage.ask("what is this?", mp4))


@pytest.mark.parametrize(
    "effect",
    [Truncate(1000), ResetMidway(1000), Unmeasured(1000), Reset(), Answer(500)],
    ids=["truncated", "reset midway", "shorter", "reset", "500"],
)
async def test_a_download_that_broke_once_is_begun_again(
    stage: Stage, mp4: Path, effect: CdnEffect
) -> None:
    stage.discord.faults.append(Fault(effect, path="/attachments/*", after=1))
    assert sha256(mp4) in await stage.answered(stage.ask("what is this?", mp4))
    assert len([one for one in stage.model.requests if one.clips]) == 1


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Truncate(1000), "could not download **clip.mp4**"),
        (ResetMidway(1000), "could not download **clip.mp4**"),
        (Unmeasured(1000), "did not arrive whole"),
        (Unmeasured(10_000_000), "did not arrive whole"),
        (Redirect("https://example.org/clip.mp4"), "example.org"),
        (Answer(500), "could not download **clip.mp4**"),
    ],
    ids=["truncated", "reset", "shorter", "longer", "redirect", "500"],
)
async def test_a_download_that_stays_broken_is_told_apart(
    stage: Stage, mp4: Path, effect: CdnEffect, words: str
) -> None:
    # Both attempts can look at the clip, and neither can read it.
    faults = stage.discord.faults
    faults.append(Fault(effect, path="/attachments/*", after=1))
    faults.append(Fault(effect, path="/attachments/*", after=2))
    question = stage.ask("what is this?", mp4)
    assert words in await stage.answered(question, "failed")
    assert not [one for one in stage.model.requests if one.clips]


@pytest.mark.parametrize("status", [403, 404])
async def test_a_clip_whose_fresh_link_does_not_work_either_is_gone(
    stage: Stage, mp4: Path, status: int
) -> None:
    stage.discord.faults.append(Fault(Answer(status), path="/attachments/*", times=99))
    said = await stage.answered(stage.ask("what is this?", mp4), "refused")
    assert "can't be had any more" in said


@pytest.mark.parametrize(
    ("scripted", "words"),
    [
        (Respond(401, {"error": {"code": 401, "message": "User not found."}}), "refused this"),
        (Respond(402, {"error": {"code": 402, "message": "Insufficient"}}), "credit with"),
        (RefuseEarly(413, "<html><title>413 Too Large</title></html>"), "larger than OpenRouter"),
        (
            Respond(429, {"error": {"code": 429, "message": "slow"}}, {"Retry-After": "7"}),
            "in 7 seconds",
        ),
        (Respond(502, "<html><title>Bad Gateway</title></html>"), "trouble of its own"),
        (Respond(200, {"error": {"code": 400, "message": "Invalid video"}}), "“Invalid video”"),
        (ModelReset(), "can't reach OpenRouter"),
        (Stream((), finish_reason="content_filter"), "withheld"),
        (Stream(()), "without an answer"),
    ],
    ids=["key", "credit", "413", "429", "502", "200 with error", "reset", "filter", "empty"],
)
async def test_a_fault_of_the_provider_is_one_sentence(
    stage: Stage, mp4: Path, scripted: Scripted, words: str
) -> None:
    stage.model.script.append(scripted)
    question = stage.ask("what is this?", mp4)
    assert words in await stage.answered(question, "failed")
    (said,) = stage.said(question)
    assert "\n" not in said


async def test_an_answer_that_breaks_off_keeps_what_was_said(stage: Stage, mp4: Path) -> None:
    error = {"code": "server_error", "message": "Provider disconnected"}
    stage.model.script.append(Stream(("It is ", "a square"), error=error))
    said = await stage.answered(stage.ask("what is this?", mp4), "failed")
    assert said.startswith("It is a square\n\nOpenRouter broke off here")


async def test_an_unreachable_provider_is_said(start: Start, mp4: Path) -> None:
    async with start(OPENROUTER_BASE_URL="http://127.0.0.1:9/v1") as stage:
        question = stage.ask("what is this?", mp4)
        assert "can't reach OpenRouter" in await stage.answered(question, "failed")


async def test_a_thread_deleted_midway_ends_the_question(stage: Stage, mp4: Path) -> None:
    stage.discord.faults.append(Fault(Answer(404), *EDIT, times=99))
    assert await stage.outcomes.of(stage.ask("what is this?", mp4)) == "failed"


async def test_a_message_delivered_twice_is_answered_once(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    stage.discord.redeliver(question.id)
    await stage.answered(question)
    stage.discord.redeliver(question.id)
    await stage.answered(stage.ask("and this?", mp4))
    assert len(stage.model.requests) == 2
    assert len(stage.said(question)) == 1


async def test_a_refused_progress_edit_costs_nothing_but_itself(stage: Stage, mp4: Path) -> None:
    stage.discord.faults.append(Fault(Answer(400), *EDIT))
    stage.model.script.append(Stream(tuple(f"word{n} " for n in range(50))))
    stage.model.pace = 0.04
    question = stage.ask("what is this?", mp4)
    assert "word49" in await stage.answered(question)


async def test_an_answer_that_can_not_be_shown_is_no_success(stage: Stage, mp4: Path) -> None:
    stage.discord.faults.append(Fault(Answer(400), *EDIT, times=99))
    assert await stage.outcomes.of(stage.ask("what is this?", mp4)) == "failed"


async def test_a_link_that_can_not_be_asked_for_is_told(stage: Stage, mp4: Path) -> None:
    fault = Fault(Answer(400), "GET", "/channels/*/messages/*", times=99)
    stage.discord.faults.append(fault)
    said = await stage.answered(stage.ask("what is this?", mp4), "failed")
    assert "could not download **clip.mp4**" in said
