"""A picture of what was asked and what it cost, in Discord's dark colours; or the same in text.

matplotlib draws it, which comes with `pip install 'reeltalk[chart]'` and is loaded when a picture
is first asked for.
"""

import asyncio
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.moments import clock
from bot.providers.pricing import MICROS
from bot.store.ledger import Use
from bot.wording import small_dollars

# matplotlib's own types are halfway there, and its absence is no error: see `ChartMissing`.
Axes = Any

# Discord's own, of its dark theme.
_GROUND, _PANEL, _LINE = "#2b2d31", "#3f4248", "#4e5058"
_TEXT, _FAINT = "#f2f3f5", "#b5bac1"
_QUESTIONS, _COST, _MODEL = "#949cf7", "#45c77d", "#5865f2"

# A phone shows it some 390 points wide, which makes 11 of these 15.
_SIZE, _DPI, _FONT, _SMALL = (7.2, 8.6), 150, 15, 13.5
_MOST_MODELS, _LONGEST_NAME = 5, 38
_COLUMNS = 30
_BLOCKS = "▁▂▃▄▅▆▇█"
# matplotlib's caches are not for several threads at once.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chart shows: sums of each day, without a gap, of all of them, and of each model."""

    days: Sequence[tuple[date, Use]]
    models: Sequence[tuple[str, Use]]
    total: Use


class ChartMissing(Exception):
    """matplotlib is not installed."""


async def chart(shown: Shown) -> bytes:
    """Return a PNG, drawn beside the event loop.

    Raises:
        ChartMissing: there is nothing to draw with.
    """
    return await asyncio.to_thread(_drawn, shown)


def as_text(shown: Shown) -> str:
    """Return the same as lines for a fixed-width font, narrow enough for a phone."""
    lines = [headline(shown), facts(shown.total)]
    questions = [use.questions for _, use in shown.days]
    micros = [use.micros for _, use in shown.days]
    if shown.total.questions:
        lines += ["", "questions a day", f"{_bars(questions)} {max(questions):,} at most"]
    if shown.total.micros:
        most = small_dollars(max(micros) / MICROS)
        lines += ["", "cost a day", f"{_bars(micros)} {most} at most"]
    if shown.models:
        lines += ["", "models"]
    for model, use in shown.models[:_MOST_MODELS]:
        lines += [_named(model), f"  {use.questions:,} · {small_dollars(use.micros / MICROS)}"]
    return "\n".join(lines)


def headline(shown: Shown) -> str:
    """Return what the picture is of."""
    (first, _), (last, _) = shown.days[0], shown.days[-1]
    return f"{_day(first)} to {_day(last)}"


def facts(total: Use) -> str:
    """Return the sums in one line."""
    return " · ".join(
        [
            f"{total.questions:,} question{'' if total.questions == 1 else 's'}",
            f"{clock(round(total.video_seconds))} of video",
            small_dollars(total.micros / MICROS),
        ]
    )


def _bars(values: Sequence[int]) -> str:
    """Return a column of text for each value; of too many, one for several together."""
    together = -(-len(values) // _COLUMNS)
    sums = [sum(values[start : start + together]) for start in range(0, len(values), together)]
    most = max(sums)
    return "".join(_BLOCKS[-(-7 * value // most)] if value else " " for value in sums)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _named(model: str) -> str:
    """Return a model's name as every font has it, in the length there is room for."""
    plain = "".join(one if one.isascii() and one.isprintable() else "?" for one in model)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def _drawn(shown: Shown) -> bytes:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (slow, an extra)
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise ChartMissing from error
    with _DRAWING:
        # Without pyplot, which keeps every figure, and is for one thread alone.
        figure: Any = Figure(figsize=_SIZE, dpi=_DPI, facecolor=_GROUND, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.16, h_pad=0.1, hspace=0.03)
        FigureCanvasAgg(figure)
        grid = figure.subplots(3, 1, height_ratios=(5, 5, _height(shown)))
        _head(figure, shown)
        _draw_days(grid[0], shown, "Questions a day", _QUESTIONS)
        _draw_days(grid[1], shown, "Cost a day", _COST, is_money=True)
        _draw_models(grid[2], shown)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", facecolor=_GROUND)
    return picture.getvalue()


def _head(figure: Any, shown: Shown) -> None:
    """Write the sums large and the days small, in room that is kept by a title of two lines."""
    figure.suptitle("\n", fontsize=_FONT + 5)
    style = {"va": "top", "parse_math": False}
    figure.text(0.03, 0.985, facts(shown.total), color=_TEXT, fontsize=_FONT + 3, **style)
    figure.text(0.03, 0.945, headline(shown), color=_FAINT, fontsize=_SMALL, **style)


def _height(shown: Shown) -> float:
    return 1.0 + 1.25 * max(1, min(len(shown.models), _MOST_MODELS))


def _draw_days(
    axes: Axes, shown: Shown, title: str, colour: str, *, is_money: bool = False
) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 (as in _drawn)

    values = [use.micros / MICROS if is_money else use.questions for _, use in shown.days]
    _dress(axes, title)
    axes.bar(range(len(values)), values, width=0.78, color=colour, zorder=2)
    axes.set_xlim(-0.6, len(values) - 0.4)
    top = max(values, default=0)
    axes.set_ylim(0, 1.12 * top or 1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=not is_money, prune="lower"))
    axes.yaxis.set_major_formatter(FuncFormatter(_money if is_money else _count))
    axes.grid(axis="y", color=_LINE, linewidth=0.8, zorder=0)
    axes.axhline(0, color=_LINE, linewidth=1.6, zorder=3)
    places = _places(len(values))
    labels = axes.set_xticks(places, [_day(shown.days[place][0]) for place in places])
    labels[-1].label1.set_ha("right" if len(values) > _COLUMNS // 2 else "center")
    if not top:
        axes.set_yticks([])
        _say(axes, "nothing was paid" if is_money else "nothing yet")


def _draw_models(axes: Axes, shown: Shown) -> None:
    """Draw a bar for each model, with its name above: names are longer than a phone has room."""
    _dress(axes, "Models asked most")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(_GROUND)
    models = shown.models[:_MOST_MODELS]
    if not models:
        _say(axes, "none yet")
        return
    most = max(use.questions for _, use in models)
    for place, (model, use) in enumerate(models):
        axes.barh(place, 1, height=0.34, color=_PANEL, zorder=1)
        axes.barh(place, use.questions / most, height=0.34, color=_MODEL, zorder=2)
        above = place - 0.25
        told = f"{use.questions:,} · {small_dollars(use.micros / MICROS)}"
        style = {"fontsize": _SMALL, "va": "bottom", "parse_math": False}
        axes.text(0, above, _named(model), color=_TEXT, ha="left", **style)
        axes.text(1, above, told, color=_FAINT, ha="right", **style)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(models) - 0.7, -0.85)


def _say(axes: Axes, text: str) -> None:
    style = {"color": _FAINT, "fontsize": _FONT, "ha": "center", "va": "center"}
    axes.text(0.5, 0.5, text, transform=axes.transAxes, **style)


def _dress(axes: Axes, title: str) -> None:
    axes.set_facecolor(_GROUND)
    axes.set_title(title, color=_TEXT, fontsize=_FONT, loc="left", fontweight="bold")
    axes.tick_params(colors=_FAINT, labelsize=_SMALL, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _places(count: int) -> list[int]:
    """Return where dates stand: the ends, and two between them where there is room."""
    parts = 3 if count > 3 else max(1, count - 1)  # noqa: PLR2004 (that many dates fit)
    return sorted({round(part * (count - 1) / parts) for part in range(parts + 1)})


def _count(value: float, _: int) -> str:
    return f"{value:,.0f}"


def _money(value: float, _: int) -> str:
    cents, rest = f"${value:,.4f}"[:-2], f"{value:.4f}"[-2:]
    return cents + rest.rstrip("0")
