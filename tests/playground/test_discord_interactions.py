"""The calls that answer an interaction, made by hand and without a bot's token."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.playground.discord import Discord, Interaction
from tests.discord_calls import place

EVERY_CALLBACK = (4, 5, 6, 7)
OWNERLESS = {"Authorization": "Bot nobody"}


@pytest.fixture
async def opened(emulated: Discord, caller: discord.Client) -> Interaction:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", custom_id="stop"))
    shown = await place(caller, emulated.channel_id).send("an answer", view=view)
    return emulated.press(shown.id, "stop")


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=OWNERLESS) as session:
        yield session


class Hand:
    """Makes the calls, and returns each answer's status and JSON."""

    def __init__(self, http: aiohttp.ClientSession, emulated: Discord, opened: Interaction) -> None:
        self._http = http
        self._callback = f"{emulated.api_url}/interactions/{opened.id}/{opened.token}/callback"
        self._webhook = f"{emulated.api_url}/webhooks/{emulated.bot_id}/{opened.token}"

    async def answer(self, form: Any, query: str = "") -> tuple[int, Any]:
        return await self.call("POST", self._callback + query, form)

    async def follow(self, method: str, path: str = "", form: Any = None) -> tuple[int, Any]:
        return await self.call(method, self._webhook + path, form)

    async def call(self, method: str, url: str, form: Any = None) -> tuple[int, Any]:
        async with self._http.request(method, url, json=form) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None


@pytest.fixture
def hand(http: aiohttp.ClientSession, emulated: Discord, opened: Interaction) -> Hand:
    return Hand(http, emulated, opened)


@pytest.mark.parametrize("kind", EVERY_CALLBACK)
async def test_every_answer_is_taken_in_silence_unless_a_response_is_asked_for(
    kind: int, hand: Hand, emulated: Discord, opened: Interaction
) -> None:
    assert await hand.answer({"type": kind, "data": {"content": "stopped"}}) == (204, None)
    assert emulated.interaction(opened.id).answer == kind
    status, refused = await hand.answer({"type": kind})
    assert (status, refused["code"]) == (400, 40060)


@pytest.mark.parametrize(
    ("kind", "about", "resource"),
    [(4, True, True), (5, True, False), (6, False, False), (7, False, True)],
)
@pytest.mark.parametrize("flag", ["1", "true"])
async def test_a_response_tells_what_was_written(
    kind: int, flag: str, hand: Hand, opened: Interaction, *, about: bool, resource: bool
) -> None:
    form = {"type": kind, "data": {"content": "stopped"}}
    status, told = await hand.answer(form, f"?with_response={flag}")
    assert (status, told["interaction"]["id"]) == (200, str(opened.id))
    assert ("response_message_id" in told["interaction"]) == about
    assert ("resource" in told) == resource
    if about:
        assert told["interaction"]["response_message_loading"] == (kind == 5)
    if resource:
        assert told["resource"]["type"] == kind
        assert told["resource"]["message"]["content"] == "stopped"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"type": 9}, 50035),
        ({"type": None}, 50035),
        ({"type": [4]}, 50035),
        ({}, 50035),
        ([], 50109),
        ({"type": 4, "data": [1]}, 50109),
        ({"type": 4}, 50006),
        ({"type": 4, "data": {"content": "x" * 2001}}, 50035),
        ({"type": 7, "data": {"content": "", "components": [{"type": 1}]}}, 50035),
    ],
)
async def test_a_wrong_answer_leaves_room_for_a_right_one(
    form: Any, code: int, hand: Hand, emulated: Discord, opened: Interaction
) -> None:
    status, refused = await hand.answer(form)
    assert (status, refused["code"]) == (400, code)
    assert emulated.interaction(opened.id).answer is None
    assert await hand.answer({"type": 6}) == (204, None)


async def test_whoever_has_not_the_token_answers_nothing(
    http: aiohttp.ClientSession, hand: Hand, emulated: Discord, opened: Interaction
) -> None:
    for identity, token in ((opened.id, "guessed"), (opened.id, "é"), (1, opened.token)):
        url = f"{emulated.api_url}/interactions/{identity}/{token}/callback"
        async with http.post(url, json={"type": 6}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, 10062)
    for app_id, token, status, code in (
        (1, opened.token, 404, 10015),
        (emulated.bot_id, "guessed", 401, 50027),
    ):
        told = await hand.call("POST", f"{emulated.api_url}/webhooks/{app_id}/{token}", {})
        assert (told[0], told[1]["code"]) == (status, code)


async def test_nothing_follows_before_the_first_answer(hand: Hand) -> None:
    for method, path in (("POST", ""), ("GET", "/messages/@original")):
        status, refused = await hand.follow(method, path, {"content": "too soon"})
        assert (status, refused["code"]) == (404, 10015)


async def test_a_token_opens_only_what_its_interaction_is_about(
    hand: Hand, emulated: Discord, caller: discord.Client, opened: Interaction
) -> None:
    other = await place(caller, emulated.channel_id).send("something else")
    await hand.answer({"type": 4, "data": {"content": "stopped"}})
    for identity, code in ((other.id, 10008), (1, 10008), ("x", 50035)):
        assert (await hand.follow("GET", f"/messages/{identity}"))[1]["code"] == code
    pressed = opened.message_id
    assert (await hand.follow("GET", f"/messages/{pressed}"))[1]["content"] == "an answer"


async def test_a_message_that_is_gone_is_not_updated(
    hand: Hand, emulated: Discord, opened: Interaction
) -> None:
    emulated.delete(opened.message_id or 0)
    status, refused = await hand.answer({"type": 7, "data": {"content": "stopped"}})
    assert (status, refused["code"]) == (404, 10008)


async def test_an_update_keeps_what_it_does_not_name(
    hand: Hand, emulated: Discord, opened: Interaction
) -> None:
    assert await hand.answer({"type": 7}) == (204, None)
    (shown,) = emulated.messages(emulated.channel_id)
    assert (shown.id, shown.content) == (opened.message_id, "an answer")
    assert shown.components


async def test_a_whisper_stays_one_whatever_an_edit_says(hand: Hand, emulated: Discord) -> None:
    await hand.answer({"type": 5, "data": {"flags": 1 << 6}})
    await hand.follow("PATCH", "/messages/@original", {"content": "psst", "flags": 0})
    (whisper,) = emulated.whispers(emulated.user_id)
    assert (whisper.content, whisper.flags) == ("psst", 1 << 6)


async def test_an_answer_calls_people_but_not_everyone(hand: Hand, emulated: Discord) -> None:
    text = f"<@{emulated.user_id}> @everyone"
    await hand.answer({"type": 4, "data": {"content": text}})
    written = emulated.messages(emulated.channel_id)[-1]
    assert (written.mentions, written.mention_everyone) == ((emulated.user_id,), False)


async def test_an_answer_brings_its_files_wherever_the_bot_may_speak(
    http: aiohttp.ClientSession, emulated: Discord, caller: discord.Client
) -> None:
    quiet = emulated.add_channel("quiet", denied=("ATTACH_FILES",))
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "x"}]}
    shown = await caller.http.request(
        Route("POST", "/channels/{channel_id}/messages", channel_id=quiet),
        json={"content": "an answer", "components": [row]},
    )
    opened = emulated.press(int(shown["id"]), "x")
    form = aiohttp.FormData({"payload_json": '{"type": 4, "data": {"content": "see"}}'})
    form.add_field("files[0]", b"frames", filename="frames.txt")
    url = f"{emulated.api_url}/interactions/{opened.id}/{opened.token}/callback"
    async with http.post(url, data=form) as answer:
        assert answer.status == 204
    assert [one.name for one in emulated.messages(quiet)[-1].attachments] == ["frames.txt"]


async def test_the_holder_of_a_server_hears_of_a_press_without_any_intent(
    emulated: Discord, opened: Interaction
) -> None:
    message_id = opened.message_id or 0
    holder = (emulated.guild_id >> 22) % 2
    async with aiohttp.ClientSession() as http:
        mine, other = [
            await identified(await http.ws_connect(emulated.gateway_url), emulated, shard)
            for shard in (holder, 1 - holder)
        ]
        again = emulated.press(message_id, "stop")
        event = await mine.receive_json()
        assert (event["t"], event["d"]["id"]) == ("INTERACTION_CREATE", str(again.id))
        assert event["d"]["version"] == 1
        await other.send_json({"op": 1, "d": None})
        assert await other.receive_json() == {"op": 11}


async def identified(
    socket: aiohttp.ClientWebSocketResponse, emulated: Discord, shard: int
) -> aiohttp.ClientWebSocketResponse:
    assert (await socket.receive_json())["op"] == 10
    body = {"token": emulated.token, "intents": 0, "shard": [shard, 2]}
    await socket.send_json({"op": 2, "d": body})
    assert (await socket.receive_json())["t"] == "READY"
    return socket


async def test_a_whisper_is_told_as_if_it_were_a_direct_message(
    emulated: Discord, hand: Hand
) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(emulated.gateway_url) as socket:
        await socket.receive_json()
        body = {"token": emulated.token, "intents": 1 << 12}
        await socket.send_json({"op": 2, "d": body})
        await socket.receive_json()
        await hand.answer({"type": 4, "data": {"content": "psst", "flags": 1 << 6}})
        event = await socket.receive_json()
    assert (event["t"], event["d"]["content"]) == ("MESSAGE_CREATE", "psst")
    assert not {"guild_id", "member"} & event["d"].keys()
