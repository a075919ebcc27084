"""A conversation: what was asked so far, what was answered, and what is asked now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.clips import Clip, Upload, YouTubeLink

_BUDGET = 24_000
"""Characters of earlier questions and answers, the first ones aside; some 6,000 tokens."""
_BLOCK = 8  # turns that are forgotten at a time


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody asked, about which clips, and what the model answered.

    `author` is the asker's name, empty where there is only one. The part from `start` to `end` is
    meant, in seconds; None for the end. The answer to what is asked now is still empty.
    """

    text: str
    clips: tuple[Clip, ...] = ()
    author: str = ""
    answer: str = ""
    start: float = 0.0
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in their order, each clip in the one that it came with; the last is asked now."""

    turns: tuple[Turn, ...]

    @classmethod
    def of(
        cls, now: Turn, earlier: Iterable[Turn] = (), most_clips: int | None = None
    ) -> "Conversation":
        """Go on with earlier turns, as far as they fit.

        What is left of them is such that the next question's conversation begins with this one's:
        a provider's prompt cache knows what is the same from the start. So the first turn stays,
        and what is too old is forgotten by the block. Of more than `most_clips` clips, the oldest
        are.
        """
        turns = _each_clip_once(_within_budget([*earlier, now]))
        if most_clips is not None:
            turns = _newest_clips(turns, max(most_clips, len(turns[-1].clips)))
        return cls(turns)

    @property
    def now(self) -> Turn:
        """What is asked."""
        return self.turns[-1]

    @property
    def clips(self) -> tuple[Clip, ...]:
        """All clips, in the order in which they came."""
        return tuple(clip for turn in self.turns for clip in turn.clips)

    @property
    def span(self) -> tuple[float, float | None]:
        """The part that is meant, in seconds: the one that was named last."""
        named = (turn for turn in reversed(self.turns) if turn.start or turn.end is not None)
        return next(((turn.start, turn.end) for turn in named), (0.0, None))


def same(clip: Clip) -> tuple[int, str]:
    """Return by what a clip is known again, wherever it was found."""
    match clip:
        case Upload(attachment_id=identity):
            return identity, "" if identity else clip.name
        case YouTubeLink(video_id):
            return 0, video_id


def _within_budget(turns: list[Turn]) -> Iterator[Turn]:
    forgotten = 0
    while _length(turns[1 + forgotten : -1]) > _BUDGET:
        forgotten += _BLOCK
    kept = max(1, min(1 + forgotten, len(turns) - 1))
    yield from turns[: min(1, len(turns) - 1)]
    # What is forgotten leaves its clips behind.
    lost = tuple(clip for turn in turns[1:kept] for clip in turn.clips)
    for turn in turns[kept if len(turns) > 1 else 0 :]:
        yield replace(turn, clips=(*lost, *turn.clips))
        lost = ()


def _length(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) + len(turn.answer) for turn in turns)


def _each_clip_once(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    known: set[tuple[int, str]] = set()
    found: list[Turn] = []
    for turn in turns:
        new = {same(clip): clip for clip in turn.clips if same(clip) not in known}
        known |= new.keys()
        found.append(replace(turn, clips=tuple(new.values())))
    return tuple(found)


def _newest_clips(turns: tuple[Turn, ...], most: int) -> tuple[Turn, ...]:
    surplus = sum(len(turn.clips) for turn in turns) - most
    found: list[Turn] = []
    for turn in turns:
        dropped = max(0, min(surplus, len(turn.clips)))
        surplus -= dropped
        found.append(replace(turn, clips=turn.clips[dropped:]))
    return tuple(found)
