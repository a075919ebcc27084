"""Look at what a clip holds, by its packets alone: nothing is decoded."""

from itertools import pairwise
from statistics import median
from typing import Any

from bot.media.child.opening import Source, codec_of, packets_of, sure_length_of


def look(source: Source) -> dict[str, Any]:
    """Return the fields of `Facts`."""
    with source.opened() as (container, stream):
        sound = container.streams.audio[0] if container.streams.audio else None
        times: list[float] = []
        key_bytes, last = 0, 0.0
        for packet in packets_of(container, stream, *([sound] if sound else [])):
            if packet.pts is None:
                continue
            if packet.stream is stream:
                time = float(packet.pts * packet.time_base)
                last = max(last, time + float((packet.duration or 0) * packet.time_base))
                if packet.is_keyframe:
                    times.append(time)
                    key_bytes += packet.size
            else:
                key_bytes += packet.size
        times.sort()
        gaps = [after - before for before, after in pairwise([*times, last])]
        seconds = max(sure_length_of(container) or 0.0, last - times[0] if times else 0.0)
        return {
            "seconds": seconds or None,
            "width": stream.codec_context.width or None,
            "height": stream.codec_context.height or None,
            "video": codec_of(stream),
            "sound": codec_of(sound) if sound else "",
            "key_gap": median(gaps) if gaps else None,
            "key_bytes": key_bytes,
        }
