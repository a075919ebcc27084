import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import AddressWrong, KeyRefused, ProviderDown, ProviderUnreachable
from bot.providers.catalogue import Catalogue, Model, nearest, read_catalogue
from bot.providers.dialect import LUNOS, OPENROUTER, Endpoint
from tests.servers import Peer, serving

SAMPLES = Path(__file__).parent.parent / "samples"
FLASH = Model(
    "google/gemini-3.5-flash-lite",
    takes_video=True,
    context=1_048_576,
    prompt_price=0.3e-6,
    completion_price=2.5e-6,
    cached_price=0.03e-6,
    efforts=("high", "medium", "low", "minimal"),
    must_think=True,
)


def listed(*path: str) -> dict[str, Model]:
    fields = json.loads(SAMPLES.joinpath(*path).read_text())
    return {model.id: model for model in read_catalogue(fields)}


def test_openrouters_catalogue_is_read() -> None:
    models = listed("openrouter", "models.json")
    assert models["google/gemini-3.5-flash-lite"] == FLASH
    assert models["anthropic/claude-sonnet-5"].takes_video is False
    assert models["openrouter/auto"].prompt_price is None
    assert models["google/gemma-4-31b-it:free"].prompt_price == 0


def test_batch_models_can_not_chat_and_are_not_listed() -> None:
    assert not [name for name in listed("openrouter", "models.json") if name.endswith(":batch")]


@pytest.mark.parametrize("name", ["models.json", "models-data.json", "models-older.json"])
def test_lunos_catalogue_is_read_in_all_its_shapes(name: str) -> None:
    models = listed("lunos", name)
    gemini = models["google/gemini-3-flash-preview"]
    assert (gemini.takes_video, gemini.context) == (True, 1_048_576)
    assert gemini.prompt_price == pytest.approx(0.5e-6)
    assert gemini.completion_price == pytest.approx(3e-6)
    assert models["openai/gpt-5.6"].takes_video is False
    assert "google/gemini-retired" not in models


def test_a_catalogue_that_says_little_is_not_held_against_a_model() -> None:
    assert listed("custom", "models-vllm.json") == {
        "Qwen/Qwen3-VL-8B-Instruct": Model("Qwen/Qwen3-VL-8B-Instruct", context=262_144)
    }


ODD: list[Any] = [None, [5], {"data": 7}, {"data": [{"id": []}]}, {"data": [{"id": ":batch"}]}]


@pytest.mark.parametrize("fields", ODD)
def test_a_catalogue_of_another_shape_is_empty(fields: Any) -> None:
    assert read_catalogue(fields) == ()


def test_figures_that_nobody_means_are_not_said() -> None:
    entry = {"id": "a", "context_length": 10**400, "pricing": {"prompt": "1e999"}}
    assert read_catalogue([entry]) == (Model("a"),)


@pytest.mark.parametrize(
    ("model", "effort", "least"),
    [
        (Model("unknown"), "minimal", "minimal"),
        (FLASH, "minimal", "minimal"),
        (Model("thinks not", efforts=()), "", ""),
        (Model("may think", efforts=("high", "low", "none")), "low", "none"),
        (Model("must think", efforts=("high", "low", "none"), must_think=True), "low", "low"),
    ],
)
def test_a_model_is_asked_to_think_as_little_as_it_can(
    model: Model, effort: str, least: str
) -> None:
    assert (model.effort, model.least_effort) == (effort, least)


def test_the_nearest_model_is_one_of_the_same_maker_that_takes_video() -> None:
    names = {"google/gemini-3.5-flash": True, "google/gemini-3-pro": True, "qwen/x-flash": True}
    models = [Model(name, takes_video=video) for name, video in names.items()]
    models.append(Model("google/gemini-3.5-flash-image", takes_video=False))
    assert nearest("google/gemini-3.5-flash-image", models) == "google/gemini-3.5-flash"
    assert nearest("anthropic/claude-3.5-flash", models) == "google/gemini-3.5-flash"
    assert nearest("any", models[-1:]) == ""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


KNOWN = Model("a/b", context=7)


class Lister:
    """A provider that lists its models, or does not; and a clock for it."""

    def __init__(self) -> None:
        self.status, self.body = (
            "200 OK",
            json.dumps({"data": [{"id": "a/b", "context_length": 7}]}),
        )
        self.seen: list[dict[str, str]] = []
        self.now = 0.0

    async def __call__(self, peer: Peer) -> None:
        while True:
            line, headers = await peer.request()
            assert line == "GET /v1/models HTTP/1.1"
            self.seen.append(headers)
            await peer.respond(self.body.encode(), self.status, "Content-Type: application/json")

    def clock(self) -> float:
        return self.now


def at(url: str, **changes: Any) -> Endpoint:
    return Endpoint(replace(OPENROUTER, base_url=f"{url}/v1", **changes), "secret")


async def test_a_catalogue_is_asked_for_once_an_hour(session: aiohttp.ClientSession) -> None:
    lister = Lister()
    async with serving(lister) as url:
        catalogue = Catalogue(session, lister.clock)
        for now in (0.0, 3599.0, 3601.0):
            lister.now = now
            assert await catalogue.find(at(url), "a/b") == KNOWN
    assert len(lister.seen) == 2
    assert lister.seen[0]["authorization"] == "Bearer secret"


async def test_what_was_known_stays_known_when_there_is_no_news(
    session: aiohttp.ClientSession,
) -> None:
    lister = Lister()
    async with serving(lister) as url:
        catalogue = Catalogue(session, lister.clock)
        await catalogue.find(at(url), "a/b")
        lister.status, lister.now = "503 Service Unavailable", 4000.0
        assert await catalogue.find(at(url), "a/b") == KNOWN
        assert await catalogue.find(at(url), "a/b") == KNOWN
        assert len(lister.seen) == 2  # the next try is a minute away
        lister.now += 61
        await catalogue.find(at(url), "a/b")
    assert len(lister.seen) == 3


async def test_a_catalogue_that_can_not_be_had_knows_nothing(
    session: aiohttp.ClientSession,
) -> None:
    async with serving(Lister()) as url:
        pass
    assert await Catalogue(session).find(at(url), "a/b") == Model("a/b")


async def test_a_name_with_a_way_to_choose_hosts_is_the_model_without_it(
    session: aiohttp.ClientSession,
) -> None:
    async with serving(Lister()) as url:
        assert await Catalogue(session).find(at(url), "a/b:nitro") == KNOWN
        assert await Catalogue(session).find(at(url), "a/c") == Model("a/c")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", KeyRefused),
        ("500 Internal Server Error", ProviderDown),
        ("308 Permanent Redirect", AddressWrong),
    ],
)
async def test_who_lists_the_models_is_told_why_there_are_none(
    session: aiohttp.ClientSession, status: str, kind: type[Exception]
) -> None:
    lister = Lister()
    lister.status = status
    async with serving(lister) as url:
        with pytest.raises(kind):
            await Catalogue(session).models(at(url))
    with pytest.raises(ProviderUnreachable):
        await Catalogue(session).models(at(url))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"error": {"code": 401, "message": "User not found."}}', KeyRefused),
        ('{"success": false, "error": "UNAUTHORIZED", "message": "no"}', KeyRefused),
        ("[" * 5000, AddressWrong),
    ],
)
async def test_an_error_under_a_good_status_is_no_empty_catalogue(
    session: aiohttp.ClientSession, body: str, kind: type[Exception]
) -> None:
    lister = Lister()
    lister.body = body
    async with serving(lister) as url:
        with pytest.raises(kind):
            await Catalogue(session).models(at(url))
        assert await Catalogue(session).known(at(url)) == ()


async def test_a_catalogue_that_does_not_come_holds_nothing_up(
    session: aiohttp.ClientSession,
) -> None:
    async def sit(peer: Peer) -> None:
        await peer.gone()

    async with serving(sit) as url:
        catalogue = Catalogue(session, wait=0.05)
        endpoint = Endpoint(replace(LUNOS, base_url=url), "")
        assert await catalogue.find(endpoint, "a/b") == Model("a/b")
