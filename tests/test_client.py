from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import aiohttp
import discord
import pytest
from discord.http import Route
from sqlalchemy.engine import make_url

from bot.answering import Answerer
from bot.assembly import answerer
from bot.client import Client, retrying
from bot.hosts import Hosts
from bot.jobs import Jobs
from bot.media.fetch import Cdn, Locate
from bot.metrics import Metrics
from bot.playground.discord import Answer, Discord, Fault, serve
from bot.preferences import Preferences
from bot.providers.dialect import OPENROUTER, Endpoint
from tests.servers import Peer, serving
from tests.stores import kept_in

PREFERENCES = Preferences(Endpoint(OPENROUTER, "key"), "model", 1, 60.0, 1, 100, 60.0)


@pytest.fixture
async def emulated(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Discord]:
    async with serve() as running:
        monkeypatch.setattr(Route, "BASE", running.api_url)
        yield running


@pytest.fixture
async def client(emulated: Discord, tmp_path: Path) -> AsyncGenerator[Client]:
    """Return the bot's client as a worker would have it: logged in, and no more."""

    def answerer_with(locate: Locate) -> Answerer:
        return answerer(session, Cdn(session, locate, Hosts(frozenset())).clip)

    async with (
        aiohttp.ClientSession() as session,
        kept_in(tmp_path, PREFERENCES) as store,
        Client(
            jobs=Jobs(make_url("sqlite:///unused")),
            store=store,
            metrics=Metrics(),
            unknown_clip_seconds=300.0,
            answerer_with=answerer_with,
            extensions=(),
            gateway_url=emulated.gateway_url,
        ) as client,
    ):
        await client.login(emulated.token)
        yield client


@pytest.mark.parametrize(
    "address", ["wss://gateway.discord.gg/", "wss://gateway-us-east1-b.discord.gg/resume"]
)
async def test_every_gateway_address_is_overridden(client: Client, address: str) -> None:
    socket = await client.http.ws_connect(f"{address}?v=10&encoding=json")
    hello = await socket.receive_json()
    assert hello["op"] == 10
    await socket.close()


async def test_no_privileged_intent_is_asked_for(client: Client) -> None:
    assert not client.intents.message_content
    assert not client.intents.members
    assert not client.intents.presences
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == {"parse": []}


class Sleeps:
    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


async def test_a_call_is_made_again_until_it_works(emulated: Discord, client: Client) -> None:
    emulated.faults.append(Fault(Answer(503), "GET", "/channels/*", times=3))
    sleeps = Sleeps()
    channel = await retrying(lambda: client.http.get_channel(emulated.channel_id), sleeps)
    assert int(channel["id"]) == emulated.channel_id
    assert sleeps.taken == [0.5, 1.0, 2.0]


async def test_a_call_that_never_works_is_given_up(emulated: Discord, client: Client) -> None:
    emulated.faults.append(Fault(Answer(503), "GET", "/channels/*", times=99))
    sleeps = Sleeps()
    with pytest.raises(discord.DiscordServerError):
        await retrying(lambda: client.http.get_channel(emulated.channel_id), sleeps)
    assert len(sleeps.taken) == 5


async def test_what_would_be_refused_again_is_not_made_again(
    emulated: Discord, client: Client
) -> None:
    sleeps = Sleeps()
    with pytest.raises(discord.NotFound):
        await retrying(lambda: client.http.get_channel(emulated.bot_id), sleeps)
    assert sleeps.taken == []


@pytest.mark.parametrize("ending", ["reset", "closed", "cut"])
async def test_a_connection_that_broke_is_tried_again(ending: str) -> None:
    calls = 0

    async def break_once(peer: Peer) -> None:
        nonlocal calls
        calls += 1
        await peer.request()
        if calls > 1:
            await peer.respond(b"fine")
        elif ending == "reset":
            peer.reset()
        elif ending == "cut":
            await peer.respond(b"fi", length=4)

    async def call(session: aiohttp.ClientSession, url: str) -> bytes:
        async with session.post(url) as response:
            return await response.read()

    async with serving(break_once) as url, aiohttp.ClientSession() as session:
        work: Callable[[], Awaitable[bytes]] = lambda: call(session, url)  # noqa: E731
        assert await retrying(work, Sleeps()) == b"fine"
    assert calls == 2
