"""A bot in several shards and processes, and routes with rates of their own."""

from socket import SHUT_RDWR
from typing import Any

import aiohttp
import discord
import pytest

from bot.playground.discord import Discord, Rate, shard_of
from tests.discord_calls import place
from tests.playground.panels import Panel, show

GUILDS_AND_MESSAGES = 1 << 0 | 1 << 9
TWO_SHARDS = pytest.mark.parametrize("emulated", [{"shards": 2}], indirect=True)
EDIT = ("PATCH", "/channels/{channel_id}/messages/{message_id}")

CALLBACK = ("POST", "/interactions/{interaction_id}/{interaction_token}/callback")


FOUR_SHARDS = pytest.mark.parametrize("emulated", [{"shards": 4}], indirect=True)
SLOWLY = pytest.mark.parametrize(
    "emulated", [{"shards": 4, "max_concurrency": 2, "identify_seconds": 5.0}], indirect=True
)


def on_each(emulated: Discord, count: int) -> list[int]:
    """Return a channel of each of so many shards, in their order."""
    homes = {shard_of(emulated.guild_id, count): emulated.channel_id}
    while len(homes) < count:
        guild_id = emulated.add_server("Another")
        homes[shard_of(guild_id, count)] = emulated.add_channel("elsewhere", guild_id=guild_id)
    return [homes[shard] for shard in range(count)]


async def begin(
    http: aiohttp.ClientSession, emulated: Discord, shard: int
) -> aiohttp.ClientWebSocketResponse:
    """Connect one shard of four, up to its IDENTIFY."""
    socket = await http.ws_connect(emulated.gateway_url)
    assert (await socket.receive_json())["op"] == 10
    await identify(socket, emulated, shard)
    return socket


async def identify(socket: aiohttp.ClientWebSocketResponse, emulated: Discord, shard: int) -> None:
    body = {"token": emulated.token, "intents": GUILDS_AND_MESSAGES, "shard": [shard, 4]}
    await socket.send_json({"op": 2, "d": body})


async def heard(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Return what the next message says, once READY and all servers are passed."""
    while (event := await socket.receive_json())["t"] != "MESSAGE_CREATE":
        assert event["t"] in {"READY", "GUILD_CREATE"}
    return event["d"]["content"]


@TWO_SHARDS
async def test_each_shard_hears_of_its_own_servers(emulated: Discord, connect: Any) -> None:
    channels = on_each(emulated, 2)
    async with connect() as witness:
        assert emulated.ready
        assert (witness.shard_count, len(witness.shards)) == (2, 2)
        for shard, channel_id in enumerate(channels):
            emulated.say(f"<@{emulated.bot_id}>", channel_id=channel_id)
            heard = await witness.heard.get()
            assert (heard.channel.id, heard.guild.shard_id) == (channel_id, shard)
            panel = Panel()
            shown = await show(witness, channel_id, panel)
            emulated.press(shown.id, "stop")
            assert (await panel.pressed.get()).channel_id == channel_id
        emulated.say("hello", channel_id=emulated.dm_channel_id)
        assert (await witness.heard.get()).content == "hello"


@TWO_SHARDS
async def test_a_bot_is_ready_once_all_of_its_shards_are(emulated: Discord) -> None:
    url = emulated.gateway_url
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url) as first,
        http.ws_connect(url) as second,
    ):
        for socket, shard in ((second, 1), (first, 0)):
            assert not emulated.ready
            await socket.receive_json()
            body = {"token": emulated.token, "intents": 0, "shard": [shard, 2]}
            await socket.send_json({"op": 2, "d": body})
            assert (await socket.receive_json())["d"]["shard"] == [shard, 2]
        assert emulated.ready
        await second.close()
        await emulated.until(lambda: not emulated.ready)


@FOUR_SHARDS
async def test_two_clients_share_the_shards_and_hear_of_their_own_servers(
    emulated: Discord, connect: Any
) -> None:
    channels = on_each(emulated, 4)
    async with connect(shard_ids=[0, 1], shard_count=4) as one:
        assert not emulated.ready
        async with connect(shard_ids=[2, 3], shard_count=4) as other:
            assert emulated.ready
            assert (one.shard_count, sorted(one.shards)) == (4, [0, 1])
            assert (other.shard_count, sorted(other.shards)) == (4, [2, 3])
            for shard, channel_id in enumerate(channels):
                emulated.say(f"<@{emulated.bot_id}>", channel_id=channel_id)
                said = await (one if shard < 2 else other).heard.get()
                assert (said.channel.id, said.guild.shard_id) == (channel_id, shard)
            assert one.heard.empty()
            assert other.heard.empty()


@FOUR_SHARDS
async def test_the_shards_of_a_killed_process_are_begun_anew_and_hear_once(
    emulated: Discord,
) -> None:
    channel_id = on_each(emulated, 4)[0]
    mention = f"<@{emulated.bot_id}>"
    async with aiohttp.ClientSession() as http:
        others = [await begin(http, emulated, shard) for shard in (2, 3)]
        killed = [await begin(http, emulated, shard) for shard in (0, 1)]
        await emulated.until(lambda: emulated.ready)
        for socket in killed:  # no goodbye is said
            socket.get_extra_info("socket").shutdown(SHUT_RDWR)
        await emulated.until(lambda: emulated.shards_connected == {2, 3})
        assert not emulated.ready
        emulated.say(f"{mention} missed", channel_id=channel_id)
        again = [await begin(http, emulated, shard) for shard in (0, 1)]
        await emulated.until(lambda: emulated.ready)
        emulated.say(f"{mention} once", channel_id=channel_id)
        emulated.say(f"{mention} twice", channel_id=channel_id)
        assert [await heard(again[0]) for _ in range(2)] == [f"{mention} once", f"{mention} twice"]
        assert emulated.identifies == 6
        assert not any(socket.closed for socket in others)


@SLOWLY
async def test_a_bucket_of_shards_takes_one_identify_in_its_time(
    emulated: Discord, clock: Any
) -> None:
    async with aiohttp.ClientSession() as http:
        sockets = [await begin(http, emulated, shard) for shard in (0, 1, 2)]
        for socket in sockets[:2]:
            assert (await socket.receive_json())["t"] == "READY"
        assert await sockets[2].receive_json() == {"op": 9, "d": False}
        clock.now = 4.9
        await identify(sockets[2], emulated, 2)
        assert await sockets[2].receive_json() == {"op": 9, "d": False}
        clock.now = 5.0
        await identify(sockets[2], emulated, 2)
        assert (await sockets[2].receive_json())["t"] == "READY"
    assert (emulated.identify_violations, emulated.identifies) == ([2, 2], 3)


@SLOWLY
async def test_a_bot_is_told_how_fast_it_may_connect(
    emulated: Discord, caller: discord.Client
) -> None:
    shards, url, limit = await caller.http.get_bot_gateway()
    assert (shards, url, limit["max_concurrency"]) == (4, emulated.gateway_url, 2)


async def test_servers_come_to_different_shards(emulated: Discord) -> None:
    ids = [emulated.add_server(f"{number}") for number in range(50)]
    assert len({one >> 22 for one in ids}) == 50
    assert {shard_of(one, 2) for one in ids} == {0, 1}


@pytest.mark.parametrize("emulated", [{"rates": {EDIT: Rate(2, 0.5)}}], indirect=True)
async def test_a_route_may_have_a_rate_of_its_own(
    emulated: Discord, caller: discord.Client
) -> None:
    message = await place(caller, emulated.channel_id).send("0")
    await place(caller, emulated.channel_id).send("another")
    for number in range(1, 5):
        await message.edit(content=f"{number}")
    edits = [one.status for one in emulated.requests if one.method == "PATCH"]
    # The client waits by itself where it was told that nothing remains.
    assert edits == [200] * 4
    assert emulated.messages(emulated.channel_id)[0].content == "4"


@pytest.mark.parametrize("emulated", [{"rates": {CALLBACK: Rate(2, 60)}}], indirect=True)
async def test_answers_to_interactions_do_not_wait_for_each_other(
    emulated: Discord, witness: Any
) -> None:
    panel = Panel()
    shown = await show(witness, emulated.channel_id, panel)
    for word in ("one", "two", "three"):
        emulated.press(shown.id, "stop")
        await (await panel.pressed.get()).response.send_message(word)
    assert [one.content for one in emulated.messages(emulated.channel_id)][1:] == [
        "one",
        "two",
        "three",
    ]
