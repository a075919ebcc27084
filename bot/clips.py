"""Clips: the videos that people point at."""

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from bot.moments import seconds_at

# Exact hosts. music.youtube.com is left out: Google rejects its links.
_WATCH_HOSTS = {
    "youtube.com",
    "www.youtube.com",
    "m.youtube.com",
    "gaming.youtube.com",
    "www.youtube-nocookie.com",
}
_SHORT_HOSTS = {"youtu.be", "www.youtu.be"}
# What a sentence, or Discord's Markdown, may put around a link ends it.
_URL = re.compile(
    r"(?<![a-z0-9.-])(?:https?://)?(?:(?:www|m|gaming)\.)?"
    r"(?:youtube(?:-nocookie)?\.com|youtu\.be)/[^\s<>()\[\]|*~`\"'“”]+",
    re.IGNORECASE,
)
# Eleven characters and no more; underscores at the very end may be Markdown's.
_VIDEO_ID = re.compile(r"([A-Za-z0-9_-]{11})(?:_*$|[^A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class Upload:
    """A clip attached to a message, known by ids.

    Its message is asked for its link, since Discord's links are signed and expire. `link` is where
    the file lies: all there is of a clip in no message, or in one that the bot may not read again;
    only then is it signed. `seconds` is how long it lasts as far as Discord says so, which it does
    of few. A `spoiler` is hidden until somebody wants to see it.
    """

    channel_id: int
    message_id: int
    attachment_id: int
    name: str
    seconds: float | None = None
    link: str = ""
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class YouTubeLink:
    """A public YouTube video; `start` is the second that the link points at."""

    video_id: str
    start: int | None = None
    spoiler: bool = False

    @property
    def url(self) -> str:
        """The one form that is always read as a video.

        With one parameter more (`&t=`, `&feature=`) OpenRouter's Gemini reads the web
        page instead: half a million tokens, and an invented answer.
        """
        return f"https://www.youtube.com/watch?v={self.video_id}"

    @property
    def name(self) -> str:
        """What people see of it."""
        return f"youtu.be/{self.video_id}"

    def at(self, second: int | None = None) -> str:
        """Return a link for people, to a second of it where one is given."""
        start = "" if second is None else f"?t={second}"
        return f"https://youtu.be/{self.video_id}{start}"


Clip = Upload | YouTubeLink


def find_links(text: str) -> tuple[YouTubeLink, ...]:
    """Find the YouTube videos in a message, each once, in order, whatever their URL form."""
    found: dict[str, YouTubeLink] = {}
    for match in _URL.finditer(text):
        if link := _read_link(match[0]):
            # An odd number of spoiler marks before it: it lies within a pair.
            hidden = text.count("||", 0, match.start()) % 2 == 1 and "||" in text[match.end() :]
            found.setdefault(link.video_id, replace(link, spoiler=hidden))
    return tuple(found.values())


def without_links(text: str) -> str:
    """Return the text without its YouTube URLs; the model gets those as videos."""

    def keep(match: re.Match[str]) -> str:
        return "" if _read_link(match[0]) else match[0]

    return re.sub(r"<\s*>", "", _URL.sub(keep, text)).strip()


def _read_link(url: str) -> YouTubeLink | None:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:  # such as a bracket that never closes
        return None
    host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    path = [segment for segment in parts.path.split("/") if segment]
    match path:
        case [found, *_] if host in _SHORT_HOSTS:
            pass
        case [] | ["watch"] if host in _WATCH_HOSTS:
            found = query.get("v", [""])[0]
        case ["shorts" | "live" | "embed" | "v" | "e", found, *_] if host in _WATCH_HOSTS:
            pass
        case ["attribution_link"] if host in _WATCH_HOSTS:
            return _read_link(f"https://{host}{query.get('u', [''])[0]}")
        case _:
            return None
    if not (video_id := _VIDEO_ID.match(found)):
        return None
    times = {**parse_qs(parts.fragment), **query}
    return YouTubeLink(video_id[1], seconds_at((times.get("t") or times.get("start") or [""])[0]))
