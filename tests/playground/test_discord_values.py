"""The parts that only reckon."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.playground.discord.buckets import Buckets, Rate
from bot.playground.discord.components import numbered
from bot.playground.discord.dispatches import Intent
from bot.playground.discord.files import Attachment, plain
from bot.playground.discord.gating import emptied, is_open
from bot.playground.discord.links import Links
from bot.playground.discord.permissions import EVERYONE, NOTHING, Permission, granted, named
from bot.playground.discord.sessions import MEMORY, Session
from bot.playground.discord.snowflakes import Snowflakes, moment
from bot.playground.discord.state import Message


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_ids_rise_within_one_millisecond_and_tell_the_time() -> None:
    clock = Clock()
    mint = Snowflakes(clock).mint
    ids = [mint() for _ in range(1000)]
    clock.now -= 60
    ids.append(mint())
    assert ids == sorted(set(ids))
    assert moment(ids[0]) == datetime.fromtimestamp(1_800_000_000, UTC)


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(Rate(calls=2, seconds=5), clock)
    first, second, third = (buckets.take("GET /", "1") for _ in range(3))
    assert [one.remaining for one in (first, second, third)] == [1, 0, 0]
    assert [one.exceeded for one in (first, second, third)] == [False, False, True]
    assert not buckets.take("GET /", "2").exceeded
    clock.now += 5
    assert buckets.take("GET /", "1").remaining == 1
    assert first.headers(100)["X-RateLimit-Reset"] == "105.000"


def test_without_sight_of_a_channel_nothing_is_granted() -> None:
    assert granted(named(["VIEW_CHANNEL"])) == NOTHING
    assert granted(named(["SEND_MESSAGES"])) == EVERYONE & ~Permission.SEND_MESSAGES
    with pytest.raises(KeyError):
        named(["FLY"])


def test_a_link_holds_until_it_expires() -> None:
    clock = Clock()
    links = Links("http://cdn", clock, lifetime=10)
    attachment = Attachment(3, "a clip.mp4", Path("clip.mp4"), 1, None)
    url = links.to(2, attachment)
    path, _, query = url.removeprefix("http://cdn").partition("?")
    given = dict(part.split("=") for part in query.rstrip("&").split("&"))
    assert path == "/attachments/2/3/a%20clip.mp4"
    assert links.hold(path, given)
    clock.now += 10
    assert not links.hold(path, given)
    assert not links.hold(path, {})


@pytest.mark.parametrize(
    ("message", "direct", "readable"),
    [
        (Message(1, 2, author_id=7), False, False),
        (Message(1, 2, author_id=7), True, True),
        (Message(1, 2, author_id=9), False, True),
        (Message(1, 2, author_id=7, mentions=(9,)), False, True),
        (Message(1, 2, author_id=7, mentions=(8,), mention_everyone=True), False, False),
    ],
)
def test_a_bot_reads_what_concerns_it(message: Message, *, direct: bool, readable: bool) -> None:
    assert is_open(message, bot_id=9, direct=direct) == readable


@pytest.mark.parametrize(
    ("name", "plainer"),
    [
        ("clip-1.final_cut.mp4", "clip-1.final_cut.mp4"),
        ("my (best) clip.mp4", "my_best_clip.mp4"),
        ("Žluťoučký.mp4", "Zlutoucky.mp4"),
        ("画像.png", "unknown.png"),
        ("画像", "unknown"),
        ("a b", "a_b"),
    ],
)
def test_a_files_name_is_made_plain(name: str, plainer: str) -> None:
    assert plain(name) == plainer


def test_what_may_not_be_read_is_emptied_and_the_rest_stays() -> None:
    shown = {"id": "1", "content": "x", "attachments": [1], "embeds": [1], "components": [1]}
    assert emptied(shown) == {
        "id": "1",
        "content": "",
        "attachments": [],
        "embeds": [],
        "components": [],
    }


def test_components_are_numbered_from_the_outside_in() -> None:
    row = {"type": 1, "components": [{"type": 2}, {"type": 2, "id": 40}]}
    section = {"type": 9, "components": [{"type": 10}], "accessory": {"type": 2}}
    first, second = numbered([row, section])
    assert (first["id"], [one["id"] for one in first["components"]]) == (1, [2, 40])
    assert (second["id"], second["components"][0]["id"], second["accessory"]["id"]) == (3, 4, 5)


def test_a_session_remembers_only_so_much() -> None:
    session = Session("s", Intent.GUILDS, (0, 1))
    for number in range(MEMORY + 10):
        session.tell("EVENT", {"number": number})
    assert session.missed(5) is None
    assert session.missed(MEMORY + 11) is None
    assert session.missed(MEMORY + 10) == []
    recent = session.missed(MEMORY + 8)
    assert recent is not None
    assert [event["s"] for event in recent] == [MEMORY + 9, MEMORY + 10]


def test_a_server_belongs_to_one_shard_and_direct_messages_to_the_first() -> None:
    guild_id = 5 << 22
    holders = [Session("s", Intent.GUILDS, (shard, 2)) for shard in (0, 1)]
    assert [one.holds(guild_id) for one in holders] == [False, True]
    assert [one.holds(None) for one in holders] == [True, False]
