"""A bot in several shards, and routes with rates of their own."""

from typing import Any

import aiohttp
import discord
import pytest

from bot.playground.discord import Discord, Rate, shard_of
from tests.discord_calls import place
from tests.playground.panels import Panel, show

TWO_SHARDS = pytest.mark.parametrize("emulated", [{"shards": 2}], indirect=True)
EDIT = ("PATCH", "/channels/{channel_id}/messages/{message_id}")

CALLBACK = ("POST", "/interactions/{interaction_id}/{interaction_token}/callback")


def on_both(emulated: Discord) -> list[int]:
    """Return a channel of either shard, in the order of the shards."""
    homes = {shard_of(emulated.guild_id, 2): emulated.channel_id}
    while len(homes) < 2:
        guild_id = emulated.add_server("Another")
        homes[shard_of(guild_id, 2)] = emulated.add_channel("elsewhere", guild_id=guild_id)
    return [homes[0], homes[1]]


@TWO_SHARDS
async def test_each_shard_hears_of_its_own_servers(emulated: Discord, connect: Any) -> None:
    channels = on_both(emulated)
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
