"""REST going wrong on request."""

import aiohttp
import discord
import pytest

from bot.playground.discord import Answer, Discord, Fault, Reset, Truncate
from bot.playground.discord.faults import Effect, Faults


def channel(caller: discord.Client, emulated: Discord) -> discord.PartialMessageable:
    return caller.get_partial_messageable(emulated.channel_id)


def spoil(emulated: Discord, effect: Effect) -> None:
    emulated.faults.append(Fault(effect, method="POST", path="/channels/*/messages"))


async def test_a_rate_limit_is_waited_out(emulated: Discord, caller: discord.Client) -> None:
    spoil(emulated, Answer(429, retry_after=0.01))
    await channel(caller, emulated).send("patience")
    posts = [one.status for one in emulated.requests if one.method == "POST"]
    assert posts == [429, 200]
    assert len(emulated.messages(emulated.channel_id)) == 1


@pytest.mark.parametrize("html", [True, False])
async def test_a_503_is_not_tried_again(
    emulated: Discord, caller: discord.Client, *, html: bool
) -> None:
    spoil(emulated, Answer(503, html=html))
    with pytest.raises(discord.DiscordServerError) as failed:
        await channel(caller, emulated).send("hello")
    assert ("<html>" in failed.value.text) == html
    assert emulated.messages(emulated.channel_id) == []


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_502_is_tried_again_and_writes_once(
    emulated: Discord, caller: discord.Client, *, after_effect: bool
) -> None:
    spoil(emulated, Answer(502, html=True, after_effect=after_effect))
    await channel(caller, emulated).send("once")
    assert [one.content for one in emulated.messages(emulated.channel_id)] == ["once"]


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_reset_may_come_before_or_after_the_effect(
    emulated: Discord, caller: discord.Client, *, after_effect: bool
) -> None:
    spoil(emulated, Reset(after_effect=after_effect))
    with pytest.raises((aiohttp.ClientOSError, ConnectionResetError)) as cut:
        await channel(caller, emulated).send("hello", nonce="job")
    assert not isinstance(cut.value, aiohttp.ServerDisconnectedError)
    assert len(emulated.messages(emulated.channel_id)) == after_effect
    await channel(caller, emulated).send("hello", nonce="job")
    assert len(emulated.messages(emulated.channel_id)) == 1


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Answer(400, 30046), "Maximum number of edits to messages older than 1 hour reached."),
        (Answer(403, code=50013), "Missing Permissions"),
        (Answer(400, code=240000, message="Blocked by harmful links filter"), "Blocked by"),
    ],
)
async def test_any_of_discords_codes_may_be_met(
    effect: Answer, words: str, emulated: Discord, caller: discord.Client
) -> None:
    said = await channel(caller, emulated).send("first")
    emulated.faults.append(Fault(effect, "PATCH", "/channels/*/messages/*"))
    with pytest.raises(discord.HTTPException) as refused:
        await said.edit(content="second")
    assert (refused.value.status, refused.value.code) == (effect.status, effect.code)
    assert refused.value.text.startswith(words)
    await said.edit(content="third")
    assert emulated.messages(emulated.channel_id)[0].content == "third"


async def test_what_was_spoilt_is_on_the_record(emulated: Discord, caller: discord.Client) -> None:
    fault = Reset()
    spoil(emulated, fault)
    with pytest.raises(OSError, match="reset"):
        await channel(caller, emulated).send("hello")
    spoilt = emulated.requests[-1]
    assert (spoilt.status, spoilt.response, spoilt.fault) == (None, None, fault)
    assert spoilt.request["content"] == "hello"


def test_a_fault_waits_for_its_turn_and_ends() -> None:
    faults, effect = Faults(), Answer(500)
    faults.append(Fault(effect, path="/channels/*", times=2, after=1))
    assert faults.for_rest("GET", "/users/@me") is None
    met = [faults.for_rest("GET", "/channels/1") for _ in range(4)]
    assert met == [None, effect, effect, None]


def test_one_fault_follows_another() -> None:
    faults = Faults()
    faults.append(Fault(Answer(500)))
    faults.append(Fault(Answer(502)))
    assert [faults.for_rest("GET", "/") for _ in range(3)] == [Answer(500), Answer(502), None]


def test_a_fault_of_downloads_leaves_rest_alone() -> None:
    faults = Faults()
    faults.append(Fault(Truncate(1)))
    assert faults.for_rest("GET", "/users/@me") is None
    assert faults.for_cdn("GET", "/attachments/1/2/clip.mp4") == Truncate(1)
    faults.append(Fault(Reset()))
    faults.clear()
    assert faults.for_cdn("GET", "/attachments/1/2/clip.mp4") is None
