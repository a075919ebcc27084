"""The gateway's own protocol, spoken by hand."""

import json
import zlib
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse

from bot.playground.discord import Discord

GUILDS_AND_MESSAGES = 1 << 0 | 1 << 9


@pytest.fixture
async def socket(emulated: Discord) -> AsyncGenerator[ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{emulated.gateway_url}?v=10&encoding=json") as opened,
    ):
        assert (await opened.receive_json())["op"] == 10
        yield opened


def identify(emulated: Discord, **changed: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"token": emulated.token, "intents": GUILDS_AND_MESSAGES}
    return {"op": 2, "d": body | changed}


async def dispatched(socket: ClientWebSocketResponse, count: int) -> list[tuple[str, int]]:
    events = [await socket.receive_json() for _ in range(count)]
    return [(event["t"], event["s"]) for event in events]


async def closed_with(socket: ClientWebSocketResponse) -> int | None:
    while not (await socket.receive()).type.name.startswith("CLOS"):
        pass
    return socket.close_code


async def test_a_heartbeat_is_answered_before_anything_else(
    socket: ClientWebSocketResponse,
) -> None:
    await socket.send_json({"op": 1, "d": None})
    assert await socket.receive_json() == {"op": 11}


async def test_events_are_numbered_from_ready_on(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(identify(emulated))
    assert await dispatched(socket, 2) == [("READY", 1), ("GUILD_CREATE", 2)]
    emulated.say("hello")
    emulated.say("hello", channel_id=emulated.dm_channel_id)
    emulated.add_channel("another")
    # Direct messages were not asked for.
    assert await dispatched(socket, 2) == [("MESSAGE_CREATE", 3), ("CHANNEL_CREATE", 4)]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 99}, 4001),
        ([], 4002),
        ({"op": 2, "d": {}}, 4002),
        ({"op": 6, "d": None}, 4002),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
        ({"op": 2, "d": {"token": "playground-token", "intents": 0, "shard": [2, 2]}}, 4010),
        ({"op": 2, "d": {"token": "playground-token", "intents": 1 << 1}}, 4014),
        ({"op": 2, "d": {"token": "playground-token", "intents": 1 << 15}}, 4014),
    ],
)
async def test_a_wrong_payload_closes_the_connection_with_its_code(
    payload: Any, code: int, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(payload)
    assert await closed_with(socket) == code


async def test_what_is_not_json_closes_the_connection(socket: ClientWebSocketResponse) -> None:
    await socket.send_str("{")
    assert await closed_with(socket) == 4002


async def test_nobody_identifies_twice(emulated: Discord, socket: ClientWebSocketResponse) -> None:
    await socket.send_json(identify(emulated))
    await socket.send_json(identify(emulated))
    assert await closed_with(socket) == 4005


async def test_an_unknown_session_cannot_be_resumed(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    body = {"token": emulated.token, "session_id": "unheard of", "seq": 1}
    await socket.send_json({"op": 6, "d": body})
    assert await socket.receive_json() == {"op": 9, "d": False}
    await socket.send_json(identify(emulated))
    assert (await dispatched(socket, 1))[0][0] == "READY"


async def test_a_resumed_session_goes_on_where_it_was_and_leaves_the_old_connection(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(identify(emulated))
    ready = (await socket.receive_json())["d"]
    emulated.say("missed")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(ready["resume_gateway_url"]) as second,
    ):
        await second.receive_json()
        body = {"token": emulated.token, "session_id": ready["session_id"], "seq": 2}
        await second.send_json({"op": 6, "d": body})
        assert await dispatched(second, 2) == [("MESSAGE_CREATE", 3), ("RESUMED", 4)]
        assert await closed_with(socket) == 4000
        assert emulated.ready


async def test_only_the_shard_of_a_server_is_told_of_it(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    other = 1 - (emulated.guild_id >> 22) % 2
    await socket.send_json(identify(emulated, shard=[other, 2]))
    ready = (await socket.receive_json())["d"]
    assert (ready["guilds"], ready["shard"]) == ([], [other, 2])
    emulated.say("elsewhere")
    await socket.send_json({"op": 1, "d": 1})
    assert await socket.receive_json() == {"op": 11}


async def test_members_are_told_when_asked_for(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(identify(emulated))
    await dispatched(socket, 2)
    asked = {"guild_id": str(emulated.guild_id), "user_ids": [str(emulated.user_id)], "limit": 0}
    for body in (asked, {"guild_id": str(emulated.guild_id), "query": "newc", "limit": 1}):
        await socket.send_json({"op": 8, "d": body})
        chunk = (await socket.receive_json())["d"]
        assert [one["user"]["id"] for one in chunk["members"]] == [str(emulated.user_id)]


async def test_one_stream_of_zlib_runs_through_all_frames(emulated: Discord) -> None:
    inflate = zlib.decompressobj()
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{emulated.gateway_url}?compress=zlib-stream") as socket,
    ):
        await socket.send_json(identify(emulated))
        frames = [await socket.receive_bytes() for _ in range(3)]
    assert all(frame.endswith(b"\x00\x00\xff\xff") for frame in frames)
    assert [json.loads(inflate.decompress(frame))["op"] for frame in frames] == [10, 0, 0]


async def test_a_goodbye_ends_the_session(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(identify(emulated))
    session_id = (await socket.receive_json())["d"]["session_id"]
    await socket.close(code=1000)
    await emulated.until(lambda: not emulated.ready)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(emulated.gateway_url) as second,
    ):
        await second.receive_json()
        body = {"token": emulated.token, "session_id": session_id, "seq": 1}
        await second.send_json({"op": 6, "d": body})
        assert await second.receive_json() == {"op": 9, "d": False}


async def test_a_gateway_that_is_down_takes_nobody_until_it_is_up(
    emulated: Discord, socket: ClientWebSocketResponse
) -> None:
    emulated.take_gateway_down()
    assert await closed_with(socket) == 1001
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(emulated.gateway_url)
        emulated.bring_gateway_up()
        async with http.ws_connect(emulated.gateway_url) as opened:
            assert (await opened.receive_json())["op"] == 10
