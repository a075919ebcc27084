"""A question: what was asked, about which clips, where, by whom."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.clips import Clip, Upload, YouTubeLink
from bot.conversation import Turn

_DISCORD_EPOCH = 1_420_070_400_000
"""The first instant of 2015, in milliseconds; https://discord.com/developers/docs/reference."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything needed to answer, on any client that has logged in.

    Ids and text alone: no live Discord object. `id` is the id of the message or the interaction
    that asked, so that what is delivered twice is one question; `message_id` is the message that
    is answered. `guild_id` is None in a DM. It may be about a part of its clips: from `start` to
    `end`, in seconds, None for the end.

    `author` is the asker's name. `follows` is what it goes on from: the channel, where that holds
    one conversation, or a message of an answer. What was asked through an interaction has its
    `token`, and no message before one is made with that; where the bot is only a guest, brought
    along by the asker, there is no other way to answer, and `heard` is all it could read.
    `is_hidden` when it replies to a message that the bot may not read, and `is_unasked` when it is
    the standing question of a channel. `places` are its channel and what that belongs to, and
    `roles` those of the asker.
    """

    id: int
    guild_id: int | None
    channel_id: int
    message_id: int
    author_id: int
    text: str
    clips: tuple[Clip, ...]
    start: float = 0.0
    end: float | None = None
    author: str = ""
    follows: int | None = None
    token: str = field(default="", repr=False)
    is_guest: bool = False
    is_hidden: bool = False
    is_unasked: bool = False
    places: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    heard: tuple[Turn, ...] = ()

    @property
    def asked_at(self) -> float:
        """When it was asked, in seconds since 1970: Discord's ids begin with their time."""
        return ((self.id >> 22) + _DISCORD_EPOCH) / 1000

    @property
    def turn(self) -> Turn:
        """What is asked, as the last turn of its conversation."""
        return Turn(self.text, self.clips, self.author, start=self.start, end=self.end)

    def to_json(self) -> str:
        """Write it as it crosses the job queue."""
        heard = [{**asdict(turn), "clips": _plain(turn.clips)} for turn in self.heard]
        return json.dumps({**asdict(self), "clips": _plain(self.clips), "heard": heard})

    @classmethod
    def from_json(cls, text: str) -> "Question":
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        clips = _clips(fields.pop("clips"))
        turns: list[dict[str, Any]] = fields.pop("heard", [])
        heard = tuple(Turn(clips=_clips(turn.pop("clips")), **turn) for turn in turns)
        for name in ("places", "roles"):
            fields[name] = tuple(fields.get(name, ()))
        return cls(**fields, clips=clips, heard=heard)


def _plain(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    return [{"kind": type(clip).__name__, **asdict(clip)} for clip in clips]


def _clips(plain: Sequence[dict[str, Any]]) -> tuple[Clip, ...]:
    return tuple(_clip(**clip) for clip in plain)


def _clip(kind: str, **fields: Any) -> Clip:
    kinds: dict[str, type[Clip]] = {"Upload": Upload, "YouTubeLink": YouTubeLink}
    return kinds[kind](**fields)
