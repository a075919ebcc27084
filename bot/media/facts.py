"""What is known of a clip before it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself; what it does not say is None, or empty for a codec.

    `width` and `height` are those of its pictures as they are stored, before any turning. The
    codecs have FFmpeg's names. `key_gap` is how many seconds a key frame usually stands for, and
    `key_bytes` what the key frames and the sound come to.
    """

    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    video: str = ""
    sound: str = ""
    key_gap: float | None = None
    key_bytes: int | None = None
