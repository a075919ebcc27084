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
from bot.playground.model import RefuseEarly, Respond, Scripted, Stall, Stream
from bot.playground.model import Reset as ModelReset
from bot.playground.model.wire import catalogue_entry
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256

PRIVATE = {
    "error": {
        "code": 502,
        "message": "Provider returned error",
        "metadata": {
            "raw": '{"error": {"code": 403, "message": "The caller does not have permission"}}'
        },
    }
}
UNSEEN = {
    "prompt_tokens": 558_136,
    "completion_tokens": 40,
    "cost": 0.167,
    "prompt_tokens_details": {"video_tokens": 0, "audio_tokens": 0, "cached_tokens": 0},
}
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
            Respond(429, {"error": {"code": 429, "message": "slow"}}, {"Retry-After": "700"}),
            "in 12 minutes",
        ),
        (Respond(502, "<html><title>Bad Gateway</title></html>"), "trouble of its own"),
        (Respond(200, {"error": {"code": 400, "message": "Invalid video"}}), "“Invalid video”"),
        (Respond(502, PRIVATE), "refused the question"),
        (ModelReset(), "can't reach OpenRouter"),
        (ModelReset(after=0.5), "can't reach OpenRouter"),
        (Stream((), finish_reason="content_filter"), "withheld"),
        (Stream(()), "without an answer"),
        (Stream(("It is a dog.",), usage=UNSEEN, host="Google AI Studio"), "without having seen"),
    ],
    ids=[
        *("key", "credit", "413", "429", "502 page", "200 with error", "502 for ever"),
        *("reset", "reset halfway", "filter", "empty", "unseen"),
    ],
)
async def test_a_fault_of_the_provider_is_one_sentence(
    stage: Stage, mp4: Path, scripted: Scripted, words: str
) -> None:
    stage.model.script.extend([scripted] * 3)  # the first and two more tries
    question = stage.ask("what is this?", mp4)
    assert words in await stage.answered(question, "failed")
    (said,) = stage.said(question)
    assert "\n" not in said


async def test_a_private_video_is_told_so_and_not_asked_for_again(stage: Stage) -> None:
    stage.model.script.append(Respond(502, PRIVATE))
    question = stage.ask("what is this? https://youtu.be/dQw4w9WgXcQ")
    said = await stage.answered(question, "failed")
    assert "could not watch the video behind the link" in said
    assert len(stage.model.requests) == 1


async def test_a_model_that_says_nothing_is_given_up(start: Start, mp4: Path) -> None:
    async with start(SILENCE_SECONDS="0.2") as stage:
        stage.model.script.append(Stall())
        question = stage.ask("what is this?", mp4)
        assert "stopped responding" in await stage.answered(question, "failed")
        stage.model.script.append(Stall(("It is ",)))
        question = stage.ask("what is this?", mp4)
        assert (await stage.answered(question, "failed")).startswith("It is\n-# OpenRouter stopped")


@pytest.mark.parametrize(
    "scripted",
    [
        Respond(429, {"error": {"code": 429, "message": "slow"}}, {"Retry-After": "0"}),
        Respond(503, "<html><title>Unavailable</title></html>"),
        ModelReset(after=0.5),
        Stream((), error={"code": 502, "message": "Provider returned error"}),
    ],
    ids=["429", "503", "reset halfway", "error before the first word"],
)
async def test_a_fault_that_passes_is_not_seen_at_all(
    stage: Stage, mp4: Path, scripted: Scripted
) -> None:
    stage.model.script.append(scripted)
    question = stage.ask("what is this?", mp4)
    assert sha256(mp4) in await stage.answered(question)
    assert len(stage.said(question)) == 1


async def test_what_may_pass_can_be_tried_again_with_a_button(stage: Stage, mp4: Path) -> None:
    stage.model.script.extend([Respond(503, "<html></html>")] * 3)
    question = stage.ask("what is this?", mp4)
    await stage.answered(question, "failed")
    stage.discord.press(*stage.buttons(question)["Retry"])
    await stage.discord.until(lambda: any(sha256(mp4) in text for text in stage.said(question)))
    assert len(stage.said(question)) == 1


async def test_what_lasts_is_not_to_be_tried_again(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Respond(401, {"error": {"code": 401, "message": "User not found."}}))
    question = stage.ask("what is this?", mp4)
    await stage.answered(question, "failed")
    assert list(stage.buttons(question)) == ["Delete"]


async def test_a_model_without_video_is_refused_before_a_byte_is_read(
    start: Start, mp4: Path
) -> None:
    async with start(MODEL="blind/text-only") as stage:
        stage.model.others.append(catalogue_entry("blind/text-only", ["text", "image"]))
        question = stage.ask("what is this?", mp4)
        said = await stage.answered(question, "failed")
        assert said.startswith("blind/text-only takes no video at OpenRouter.")
        assert "such as playground/stand-in" in said
        assert not [one for one in stage.discord.requests if "attachments" in one.path]
        assert not stage.model.requests


@pytest.mark.parametrize(
    ("prompt", "words"),
    [(70, "may not have seen the clip"), (551_337, "may have read the link's web page")],
)
async def test_a_doubt_is_a_notice_and_the_answer_stays(
    stage: Stage, prompt: int, words: str
) -> None:
    usage = {"prompt_tokens": prompt, "completion_tokens": 4}
    stage.model.script.append(Stream(("It is a dog.",), usage=usage))
    said = await stage.answered(stage.ask("what is it? https://youtu.be/dQw4w9WgXcQ"))
    assert said.startswith("It is a dog.")
    assert words in said


async def test_an_answer_that_breaks_off_keeps_what_was_said(stage: Stage, mp4: Path) -> None:
    error = {"code": "server_error", "message": "Provider disconnected"}
    stage.model.script.append(Stream(("It is ", "a square"), error=error))
    said = await stage.answered(stage.ask("what is this?", mp4), "failed")
    assert said.startswith("It is a square\n-# OpenRouter broke off here")


async def test_an_unreachable_provider_is_said(start: Start, mp4: Path) -> None:
    async with start(OPENROUTER_BASE_URL="http://127.0.0.1:9/v1") as stage:
        question = stage.ask("what is this?", mp4)
        assert "can't reach OpenRouter" in await stage.answered(question, "failed")


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
