"""What a typed line asks for."""

from dataclasses import dataclass
from pathlib import Path

HELP = (
    "Type a question; the bot is mentioned for you, and a YouTube link may be part of it.",
    "/follow TEXT  go on in the thread of the last answer",
    "/attach PATH  attach a clip to your next question (more than once for several)",
    "/clip         attach a small clip that is made for you",
    "/help         show this",
    "/quit         leave; so do Ctrl-D and Ctrl-C",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this to the bot."""

    text: str


@dataclass(frozen=True, slots=True)
class Follow:
    """Say this to the bot in the thread of its last answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a file to the next question."""

    path: Path


@dataclass(frozen=True, slots=True)
class AttachMade:
    """Attach the clip that is made here."""


@dataclass(frozen=True, slots=True)
class Help:
    """Tell what can be typed."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that means nothing, and why."""

    reason: str


Command = Ask | Follow | Attach | AttachMade | Help | Quit | Misread


def read_command(line: str) -> Command | None:
    """Read a line; None when it is blank."""
    text = line.strip()
    if not text.startswith("/"):
        return Ask(text) if text else None
    word, _, rest = text.partition(" ")
    match word:
        case "/follow":
            return Follow(rest.strip()) if rest.strip() else Misread("Ask something: /follow TEXT")
        case "/attach":
            return _attach(rest.strip())
        case "/clip":
            return AttachMade()
        case "/help":
            return Help()
        case "/quit":
            return Quit()
        case _:
            return Misread(f"There is no {word} here; /help tells what there is.")


def _attach(name: str) -> Attach | Misread:
    # A terminal quotes a file that is dropped on it.
    path = Path(name.strip("'\"")).expanduser()
    if not name:
        return Misread("Name a file: /attach PATH")
    if not path.is_file():
        return Misread(no_file(name))
    return Attach(path.resolve())


def no_file(name: str) -> str:
    """Say that a name is no file's."""
    return f"There is no file at {name}."
