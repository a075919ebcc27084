"""What the operator sees of a bot that runs: its health, its figures, and its log."""

import asyncio
import json
import logging
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground import model as stand_in
from bot.playground.discord import File, serve
from bot.playground.model import Respond, Stall, Stream
from bot.settings import read_keeping
from bot.store.ledger import Span, Use
from bot.store.opening import open_books
from tests.between import between
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage
from tests.end_to_end.test_starting import ended, reeltalk
from tests.test_metrics import read

SERVED = {"HEALTH_ADDRESS": "127.0.0.1:0"}
LINK = "https://youtu.be/dQw4w9WgXcQ"
USAGE = {
    "prompt_tokens": 9_123,
    "completion_tokens": 77,
    "cost": 0.001234,
    "prompt_tokens_details": {"video_tokens": 9_000, "audio_tokens": 0, "cached_tokens": 512},
}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "bot.health")
    return caplog


def address(log: pytest.LogCaptureFixture) -> str:
    """Return where health is served, as the log tells it."""
    told = [one.getMessage() for one in log.records if one.name == "bot.health"]
    return next(line.rpartition(" ")[2] for line in told if "health and metrics are at" in line)


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as web, web.get(url) as response:
        return response.status, await response.text()


async def until_health(url: str, status: int) -> Any:
    """Return what /healthz tells once it does so with a status."""
    async with asyncio.timeout(20):
        while True:
            told, body = await get(f"{url}/healthz")
            if told == status:
                return json.loads(body)
            await asyncio.sleep(0.02)


async def until_counted(url: str, questions: int) -> Mapping[str, float]:
    """Return the figures once so many questions are in them, and no more is under way."""
    async with asyncio.timeout(20):
        while True:
            seen = read((await get(f"{url}/metrics"))[1])
            over = sum(n for name, n in seen.items() if name.startswith("reeltalk_questions_total"))
            if over >= questions and not seen["reeltalk_questions_in_flight"]:
                assert over == questions
                return seen
            await asyncio.sleep(0.02)


async def ledger_of(folder: Path) -> tuple[Use, dict[str, Use]]:
    keeping = read_keeping({"DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}"})
    today = Span.until(datetime.now(UTC).date(), 2)
    async with open_books(keeping) as books:
        return await books.ledger.total(today), dict(await books.ledger.by_outcome(today))


async def ask_for_every_outcome(stage: Stage, url: str, clip: Path) -> None:
    size = await asyncio.to_thread(lambda: clip.stat().st_size)
    stage.model.script.append(Stream(("It is ", "a square."), usage=USAGE))
    await stage.answered(stage.ask("what is this?", clip))
    stage.model.script.append(Stream(("It is ", "a circle."), usage={**USAGE, "cost": 0.000001}))
    await stage.answered(stage.ask(f"what is this? {LINK}"))
    elsewhere = stage.discord.add_channel("without-clips")
    await stage.answered(stage.ask("what?", channel_id=elsewhere), "refused")
    stage.model.script.append(Respond(401, {"error": {"code": 401, "message": "No."}}))
    await stage.answered(stage.ask("what is this?", clip), "failed")
    stage.model.script.append(Stall(("so far",)))
    stopped = stage.ask("what is this?", clip)
    await stage.discord.until(lambda: stage.said(stopped) == ["so far"])
    under_way = read((await get(f"{url}/metrics"))[1])
    assert under_way["reeltalk_questions_in_flight"] == 1
    assert under_way["reeltalk_clip_bytes_in_flight"] == size
    stage.discord.press(*stage.buttons(stopped)["Stop"])
    assert await stage.outcomes.of(stopped) == "cancelled"


async def test_the_figures_are_those_of_the_ledger(
    start: Start, mp4: Path, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with start(**SERVED) as stage:
        url = address(log)
        await ask_for_every_outcome(stage, url, mp4)
        seen = await until_counted(url, 5)
        total, by_outcome = await ledger_of(tmp_path)
    outcomes = {"answered": 2, "refused": 1, "failed": 1, "cancelled": 1}
    assert {name: use.questions for name, use in by_outcome.items()} == outcomes
    for name in (*outcomes, "expired", "given_up"):
        assert seen[f"reeltalk_questions_total {name}"] == outcomes.get(name, 0)
    assert seen["reeltalk_tokens_total prompt"] == total.prompt_tokens > 0
    assert seen["reeltalk_tokens_total cached"] == total.cached_tokens > 0
    assert seen["reeltalk_tokens_total completion"] == total.completion_tokens > 0
    assert seen["reeltalk_cost_microdollars_total operator"] == total.micros == 1235
    assert seen["reeltalk_question_seconds_count total"] == total.questions == 5
    assert seen["reeltalk_question_seconds_sum total"] == pytest.approx(total.seconds)
    assert seen["reeltalk_question_seconds_count waiting"] == 5
    assert seen["reeltalk_question_seconds_count first_word"] == 3
    assert seen["reeltalk_clip_bytes_in_flight"] == seen["reeltalk_questions_waiting"] == 0


async def test_a_bot_without_a_gateway_is_not_ready_but_alive(
    start: Start, mp4: Path, log: pytest.LogCaptureFixture
) -> None:
    async with start(**SERVED) as stage:
        url = address(log)
        ready = await until_health(url, 200)
        assert (ready["gateway"], ready["queue"], ready["waiting"]) == (
            "connected",
            "reachable",
            0,
        )
        stage.discord.take_gateway_down()
        down = await until_health(url, 503)
        assert (down["ready"], down["gateway"]) == (False, "disconnected")
        assert (await get(f"{url}/livez"))[0] == 200
        assert "reeltalk_ready 0.0" in (await get(f"{url}/metrics"))[1]
        stage.discord.bring_gateway_up()
        assert (await until_health(url, 200))["gateway"] == "connected"
        await stage.answered(stage.ask("what is this?", mp4))


async def test_what_is_counted_outlives_a_breakdown(
    start: Start, mp4: Path, log: pytest.LogCaptureFixture
) -> None:
    async with start(**SERVED) as stage:
        url = address(log)
        await stage.answered(stage.ask("what is this?", mp4))
        await until_counted(url, 1)
        stage.discord.garble_gateway()
        await until_health(url, 503)
        await stage.discord.until(lambda: stage.discord.identifies == 2)
        await stage.answered(stage.ask("what is this?", mp4))
        await until_counted(url, 2)
        await until_health(url, 200)


async def test_a_log_of_json_is_nothing_but_objects(tmp_path: Path, mp4: Path) -> None:
    async with serve() as discord, stand_in.serve() as model:
        bot = await reeltalk(tmp_path, **between(discord, model), LOG_FORMAT="json", **SERVED)
        await discord.until(lambda: discord.ready)
        question = discord.say(f"<@{discord.bot_id}> what?", files=[File(mp4)])
        refused = discord.say(
            f"<@{discord.bot_id}> what?", channel_id=discord.add_channel("without-clips")
        )
        assert bot.stderr is not None
        lines: list[dict[str, Any]] = []
        async with asyncio.timeout(30):
            while sum("outcome" in line for line in lines) < 2:
                lines.append(json.loads(await bot.stderr.readline()))
        bot.send_signal(signal.SIGTERM)
        returned, _, rest = await ended(bot)
    lines += map(json.loads, rest.splitlines())
    assert returned == 0
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    of = {line["question"]: line for line in lines if "outcome" in line}
    answered = of[str(question.id)]
    assert answered["outcome"] == "answered"
    assert (answered["guild"], answered["channel"]) == (
        str(discord.guild_id),
        str(discord.channel_id),
    )
    assert (answered["clips"], answered["turns"]) == (1, 1)
    assert answered["bytes"] > 0
    assert answered["waited_ms"] >= 0
    assert 0 < answered["first_word_ms"] <= answered["total_ms"]
    assert "error" not in answered
    assert of[str(refused.id)]["outcome"] == "refused"
    assert of[str(refused.id)]["first_word_ms"] is None
    assert of[str(refused.id)]["error"]
