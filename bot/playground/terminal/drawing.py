"""The conversation as rows of text, and how to get from some rows on a screen to others."""

from collections.abc import Iterator, Sequence

from .markdown import Ink, rows
from .scene import Said, Scene

INDENT = "  "
THREAD = "  │"


def draw(scene: Scene, channel: int, since: int, width: int, ink: Ink) -> list[str]:
    """Draw what was said in a channel from one message on, threads under their messages."""
    drawn: list[str] = []
    for said in scene.channel(channel):
        if said.id >= since:
            drawn += [*_message(said, width, ink), *_thread(scene, said, width, ink), ""]
    return drawn


def _message(said: Said, width: int, ink: Ink) -> Iterator[str]:
    yield ink.colour(said.author)
    if said.text:
        yield from (f"{INDENT}{row}".rstrip() for row in rows(said.text, width - len(INDENT), ink))
    for file in said.files:
        yield from (INDENT + ink.soften(row) for row in rows(f"+ {file}", width - len(INDENT), ink))


def _thread(scene: Scene, starter: Said, width: int, ink: Ink) -> Iterator[str]:
    name = scene.thread(starter.id)
    if name is None:
        return
    inner = width - len(THREAD) - 1
    for row in rows(f"thread: {name}", inner, ink):
        yield ink.soften(f"  ╷ {row}")
    for said in scene.channel(starter.id):
        yield ink.soften(THREAD)
        for row in _message(said, inner, ink):
            yield f"{ink.soften(THREAD)} {row}".rstrip()


def repaint(old: Sequence[str], new: Sequence[str], height: int) -> str:
    """Write what turns the old rows, just above the cursor, into the new ones.

    Rows that have left a screen of `height` rows are beyond reach and stay as they are.
    """
    same = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    first = max(same, len(old) - height + 1, 0)
    up = len(old) - first
    back = f"\x1b[{up}F\x1b[J" if up else ""
    return back + "".join(f"{row}\n" for row in new[first:])
