"""A picture of what more workers answer, in the colours of the bot's own charts."""

import io
from collections.abc import Mapping
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_GROUND, _LINE, _TEXT, _FAINT = "#2b2d31", "#4e5058", "#f2f3f5", "#b5bac1"
_RATE, _BUSY = "#949cf7", "#45c77d"
_SIZE, _DPI, _FONT, _SMALL = (7.2, 6.4), 150, 15, 13.5


def draw(rates: Mapping[int, float], busy: Mapping[int, float]) -> bytes:
    """Return a PNG: questions a second by workers, and how busy that made the machine, in %."""
    figure: Any = Figure(figsize=_SIZE, dpi=_DPI, facecolor=_GROUND, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, height_ratios=(7, 3), sharex=True)
    counts = [*rates]
    _dress(above, "Questions answered a second")
    ideal = [count * rates[counts[0]] / counts[0] for count in counts]
    above.plot(counts, ideal, color=_FAINT, linestyle="--", linewidth=1.6)
    above.text(counts[-1], ideal[-1], "as many workers, as many times  ", **_words("right", "top"))
    above.plot(counts, [*rates.values()], color=_RATE, linewidth=2.6, marker="o", markersize=8)
    for count, rate in rates.items():
        above.text(count, rate, f"\n  {rate:.1f}", **_words("left", "top"))
    above.set_ylim(0, 1.1 * max(ideal))
    _dress(below, "CPUs of this machine, busy")
    below.bar([*busy], [*busy.values()], width=0.5, color=_BUSY, zorder=2)
    below.set_ylim(0, 100)
    below.set_yticks([0, 50, 100], ["0", "50 %", "100 %"])
    below.set_xticks(counts)
    below.set_xlabel("workers", color=_FAINT, fontsize=_SMALL)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", facecolor=_GROUND)
    return picture.getvalue()


def _words(across: str, along: str) -> dict[str, Any]:
    return {"color": _FAINT, "fontsize": _SMALL, "ha": across, "va": along}


def _dress(axes: Any, title: str) -> None:
    axes.set_facecolor(_GROUND)
    axes.set_title(title, color=_TEXT, fontsize=_FONT, loc="left", fontweight="bold")
    axes.tick_params(colors=_FAINT, labelsize=_SMALL, length=0)
    axes.grid(axis="y", color=_LINE, linewidth=0.8, zorder=0)
    for side in axes.spines.values():
        side.set_visible(False)
