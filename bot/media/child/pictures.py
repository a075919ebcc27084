"""Pictures, upright and no larger than a model looks at them."""

from itertools import pairwise
from typing import Any

from av.filter import Graph

# Gemini looks at pictures of 768 pixels, and no open model is known to see more in a video.
_SIDE = 768
# By the angle of the display matrix, which counts against the clock (FFmpeg, "display.h").
_TURNS = {
    90: (("transpose", "cclock"),),
    -90: (("transpose", "clock"),),
    180: (("hflip",), ("vflip",)),
    -180: (("hflip",), ("vflip",)),
}


class Fitter:
    """Turns and shrinks pictures, by a graph of filters that is made anew when they change."""

    def __init__(self, pixel_format: str) -> None:
        # JPEG has the full range of brightness, video the limited one.
        span = ":out_range=full" if pixel_format == "yuvj420p" else ":out_range=limited"
        scale = (
            f"w='min({_SIDE},iw)':h='min({_SIDE},ih)':force_original_aspect_ratio=decrease"
            f":force_divisible_by=2{span}"
        )
        self._last = (("scale", scale), ("format", pixel_format), ("buffersink",))
        self._kind: tuple[Any, ...] = ()
        self._graph: Any = None

    def fit(self, frame: Any) -> Any:
        """Return a picture as it should be."""
        kind = (frame.width, frame.height, frame.format.name, frame.rotation)
        if kind != self._kind:
            self._kind, self._graph = kind, self._made(frame)
        self._graph.push(frame)
        return self._graph.pull()

    def _made(self, frame: Any) -> Any:
        graph: Any = Graph()
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        )
        steps = [graph.add(*step) for step in (*_TURNS.get(frame.rotation, ()), *self._last)]
        for one, after in pairwise([source, *steps]):
            one.link_to(after)
        graph.configure()
        return graph
