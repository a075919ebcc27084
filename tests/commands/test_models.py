import json

import pytest

from bot.commands.models import models
from bot.commands.terminal import Status
from bot.playground.model import Model
from bot.playground.model.wire import catalogue_entry
from bot.settings import read_catalogued

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def listing(model: Model) -> Model:
    gemini = catalogue_entry("google/gemini-3.5-flash-lite")
    gemini["pricing"] = {"prompt": "0.0000003", "completion": "0.0000025"}
    qwen = catalogue_entry("qwen/qwen3.6-flash")
    qwen["pricing"] = {"prompt": "0.0000001875", "completion": "0.000001125"}
    model.others += [qwen, gemini, catalogue_entry("a/blind", ["text"])]
    return model


async def test_the_models_are_listed_with_prices_the_cheapest_first(
    listing: Model, capsys: Captured
) -> None:
    # A catalogue is public: no key is needed for it.
    endpoint = read_catalogued({"OPENROUTER_BASE_URL": listing.base_url})
    assert await models(endpoint, as_json=False) is Status.DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["playground/stand-in", "1,048,576", "$0.00", "$0.00", "$0.00"],
        ["google/gemini-3.5-flash-lite", "1,048,576", "$0.0016", "$0.30", "$2.50"],
        ["qwen/qwen3.6-flash", "1,048,576", "$0.1875", "$1.125"],
    ]


async def test_the_models_are_listed_for_programs(listing: Model, capsys: Captured) -> None:
    endpoint = read_catalogued({"OPENROUTER_BASE_URL": listing.base_url})
    assert await models(endpoint, as_json=True) is Status.DONE
    listed = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    assert "a/blind" not in listed
    gemini = listed["google/gemini-3.5-flash-lite"]
    assert gemini["usd_per_video_minute"] == pytest.approx(0.0016380)
    assert gemini["usd_per_million_prompt_tokens"] == pytest.approx(0.3)
    assert listed["qwen/qwen3.6-flash"]["usd_per_video_minute"] is None


async def test_a_catalogue_that_can_not_be_had_is_a_sentence(capsys: Captured) -> None:
    endpoint = read_catalogued({"OPENROUTER_BASE_URL": "http://127.0.0.1:9/v1"})
    assert await models(endpoint, as_json=False) is Status.MAY_PASS
    assert "I can't reach OpenRouter" in capsys.readouterr().err
