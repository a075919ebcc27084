"""Clips: the videos that people point at."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

# Exact hosts. music.youtube.com is left out: Google rejects its links.
_WATCH_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com"}
_SHORT_HOST = "youtu.be"
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_URL = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com|youtu\.be)/[^\s<>()\[\]|*\"']+",
    re.IGNORECASE,
)
_START = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A clip attached to a message, known by ids.

    Discord's links to files are signed and expire, so none is kept here.
    """

    channel_id: int
    message_id: int
    attachment_id: int
    name: str


@dataclass(frozen=True, slots=True)
class YouTubeLink:
    """A public YouTube video; `start` is the second that the link points at."""

    video_id: str
    start: int | None = None

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


Clip = Upload | YouTubeLink


def find_links(text: str) -> tuple[YouTubeLink, ...]:
    """Find the YouTube videos in a message, each once, in order, whatever their URL form."""
    found: dict[str, YouTubeLink] = {}
    for match in _URL.finditer(text):
        if link := _read_link(match[0]):
            found.setdefault(link.video_id, link)
    return tuple(found.values())


def without_links(text: str) -> str:
    """Return the text without its YouTube URLs; the model gets those as videos."""

    def keep(match: re.Match[str]) -> str:
        return "" if _read_link(match[0]) else match[0]

    return re.sub(r"<\s*>", "", _URL.sub(keep, text)).strip()


def _read_link(url: str) -> YouTubeLink | None:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    path = [segment for segment in parts.path.split("/") if segment]
    match path:
        case [video_id, *_] if host == _SHORT_HOST:
            pass
        case ["watch"] if host in _WATCH_HOSTS:
            video_id = query.get("v", [""])[0]
        case ["shorts" | "live" | "embed" | "v", video_id, *_] if host in _WATCH_HOSTS:
            pass
        case _:
            return None
    # Punctuation that follows a link in a sentence is part of what was matched.
    if not (exact := _VIDEO_ID.match(video_id)) or video_id[11:].strip(".,;:!?") != "":
        return None
    start = (query.get("t") or query.get("start") or [""])[0]
    return YouTubeLink(exact[0], _seconds(start))


def _seconds(text: str) -> int | None:
    match = _START.match(text)
    if not match or not match[0]:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
