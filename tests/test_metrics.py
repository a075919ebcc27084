from collections.abc import Mapping

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics
from bot.waiting import Waiting
from tests.store.ours import entry


def read(text: str) -> Mapping[str, float]:
    """Return the figures of a scrape: name and labels to value."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scraped(metrics: Metrics) -> Mapping[str, float]:
    app = web.Application()
    app.router.add_get("/metrics", metrics.handler())
    async with TestClient(TestServer(app)) as client, client.get("/metrics") as response:
        assert response.status == 200
        assert response.headers[aiohttp.hdrs.CONTENT_TYPE].startswith("text/plain; version=")
        return read(await response.text())


async def test_what_is_over_is_counted_with_its_stages_tokens_and_cost() -> None:
    metrics = Metrics()
    metrics.count(entry(1), waited=0.2, first_word=1.5)
    metrics.count(entry(2, by_own_key=True, micros=3), waited=30.0, first_word=None)
    metrics.count(entry(3, outcome="given_up", micros=0), waited=None, first_word=None)
    seen = await scraped(metrics)
    assert seen["reeltalk_questions_total answered"] == 2
    assert seen["reeltalk_questions_total given_up"] == 1
    assert seen["reeltalk_questions_total refused"] == 0
    assert seen["reeltalk_question_seconds_count waiting"] == 2
    assert seen["reeltalk_question_seconds_sum waiting"] == 30.2
    assert seen["reeltalk_question_seconds_count first_word"] == 1
    assert seen["reeltalk_question_seconds_sum total"] == 3 * 4.5
    assert seen["reeltalk_tokens_total prompt"] == 3 * 9000
    assert seen["reeltalk_tokens_total cached"] == 3 * 100
    assert seen["reeltalk_tokens_total completion"] == 3 * 200
    assert seen["reeltalk_cost_microdollars_total operator"] == 1500
    assert seen["reeltalk_cost_microdollars_total server"] == 3


async def test_a_million_dollars_are_counted_to_the_last_millionth() -> None:
    metrics = Metrics()
    metrics.count(entry(1, micros=10**12), waited=None, first_word=None)
    metrics.count(entry(2, micros=1), waited=None, first_word=None)
    assert (await scraped(metrics))["reeltalk_cost_microdollars_total operator"] == 10**12 + 1


async def test_what_is_under_way_comes_and_goes() -> None:
    metrics, taken = Metrics(), [5_000_000]
    metrics.read_bytes(lambda: taken[0])
    metrics.note(Waiting(3, 1.25), ready=True)
    with metrics.answering(), metrics.answering():
        seen = await scraped(metrics)
    assert seen["reeltalk_questions_in_flight"] == 2
    assert seen["reeltalk_clip_bytes_in_flight"] == 5_000_000
    assert seen["reeltalk_questions_waiting"] == 3
    assert seen["reeltalk_oldest_waiting_seconds"] == 1.25
    assert seen["reeltalk_ready"] == 1
    taken[0] = 0
    metrics.note(Waiting(0, None), ready=True)
    seen = await scraped(metrics)
    assert seen["reeltalk_questions_in_flight"] == seen["reeltalk_clip_bytes_in_flight"] == 0
    assert seen["reeltalk_oldest_waiting_seconds"] == 0


async def test_a_queue_that_can_not_be_asked_is_no_empty_one() -> None:
    metrics = Metrics()
    metrics.note(None, ready=False)
    seen = await scraped(metrics)
    assert seen["reeltalk_questions_waiting"] != seen["reeltalk_questions_waiting"]
    assert seen["reeltalk_ready"] == 0


async def test_two_in_one_process_share_nothing_but_the_process() -> None:
    one, other = Metrics(), Metrics()
    one.count(entry(1), waited=None, first_word=None)
    assert (await scraped(other))["reeltalk_questions_total answered"] == 0
    for metrics in (one, other):
        assert (await scraped(metrics))["process_resident_memory_bytes"] > 1e6
        assert (await scraped(metrics))["process_open_fds"] > 2
