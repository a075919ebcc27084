"""What looking at a clip can truly establish, and its plain JSON."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a clip, and where they change at once."""

    codec: str
    width: int
    height: int
    frames: int
    cuts: tuple[float, ...]
    exact: bool
    """Whether every frame was looked at, or only some key frames."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a clip; `loudness` in dBFS RMS, None when it is digital silence."""

    codec: str
    loudness: float | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What libav found in a file it could open; `seconds` is None when nothing tells."""

    container: str
    seconds: float | None
    pictures: Pictures | None
    sound: Sound | None


@dataclass(frozen=True, slots=True)
class Unopened:
    """A file that gave nothing away, and why."""

    reason: str


def to_json(found: Findings | Unopened) -> dict[str, Any]:
    """Write findings as plain JSON."""
    return asdict(found)


def from_json(found: dict[str, Any]) -> Findings | Unopened:
    """Read what `to_json` wrote."""
    if "reason" in found:
        return Unopened(found["reason"])
    sound: dict[str, Any] | None = found["sound"]
    return Findings(
        container=found["container"],
        seconds=found["seconds"],
        pictures=_pictures(found["pictures"]),
        sound=Sound(**sound) if sound else None,
    )


def _pictures(found: dict[str, Any] | None) -> Pictures | None:
    if found is None:
        return None
    fields: dict[str, Any] = {**found, "cuts": tuple(found["cuts"])}
    return Pictures(**fields)
