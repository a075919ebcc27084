"""A question: what was asked, about which clips, where, by whom."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.clips import Clip, Upload, YouTubeLink


@dataclass(frozen=True, slots=True)
class Question:
    """Everything needed to answer, on any client that has logged in.

    Ids and text alone: no live Discord object, no signed URL. `id` is the id of the message
    that asked, so that a message delivered twice is one question. `guild_id` is None in a DM.
    """

    id: int
    guild_id: int | None
    channel_id: int
    author_id: int
    text: str
    clips: tuple[Clip, ...]

    @property
    def message_id(self) -> int:
        """The message that asked."""
        return self.id

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
