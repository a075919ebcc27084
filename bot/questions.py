"""A question: what was asked, about which clips, where, by whom."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.clips import Clip, Upload, YouTubeLink

_DISCORD_EPOCH = 1_420_070_400_000
"""The first instant of 2015, in milliseconds; https://discord.com/developers/docs/reference."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything needed to answer, on any client that has logged in.

    Ids and text alone: no live Discord object, no signed URL. `id` is the id of the message or
    the interaction that asked, so that what is delivered twice is one question; `message_id` is
    the message that is answered. `guild_id` is None in a DM. It may be about a part of its clips:
    from `start` to `end`, in seconds, None for the end.
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

    @property
    def asked_at(self) -> float:
        """When it was asked, in seconds since 1970: Discord's ids begin with their time."""
        return ((self.id >> 22) + _DISCORD_EPOCH) / 1000

    def to_json(self) -> str:
        """Write it as it crosses the job queue."""
        clips = [{"kind": type(clip).__name__, **asdict(clip)} for clip in self.clips]
        return json.dumps({**asdict(self), "clips": clips})

    @classmethod
    def from_json(cls, text: str) -> "Question":
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        clips = tuple(_clip(**clip) for clip in fields.pop("clips"))
        return cls(**fields, clips=clips)


def _clip(kind: str, **fields: Any) -> Clip:
    kinds: dict[str, type[Clip]] = {"Upload": Upload, "YouTubeLink": YouTubeLink}
    return kinds[kind](**fields)
