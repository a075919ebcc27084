"""Times in a video."""

import re
from collections.abc import Callable

_UNITS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+)")

# A ratio such as 16:9 has one digit after its colon.
_MOMENT = r"(?:[0-9]{1,2}:[0-5][0-9]|[0-5]?[0-9]):[0-5][0-9]"
# Letters and digits, but for those of scripts that put no space around a time.
_LETTER = r"[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_ALONE = rf"(?<![/.:])(?<!{_LETTER}){_MOMENT}(?![/:]|{_LETTER}|\.\w|\]\()"
_ADDRESS = r"(?:[^\s()]|\([^\s()]*\))*"
_LINK = rf"\[(?P<label>[^\[\]\n]*)\]\({_ADDRESS}\)"
_CODE = r"(?<!`)(?P<ticks>`+)(?!`)[^\n]*?[^`\n](?P=ticks)(?!`)"
_BLOCK = r"```[^\n]*(?:\n(?s:.*?)(?:```|\Z)|\Z)"

# At each place in a text, what begins there; the first that fits. Only moments are changed.
_URL = r"https?://\S+"
_FOUND = rf"\[(?P<bracketed>{_MOMENT})\](?!\()|(?P<moment>{_ALONE})"
_WHOLE = re.compile(rf"{_CODE}|{_BLOCK}|{_LINK}|{_URL}|{_FOUND}")
# At the end of a text that may still grow, what could yet become something else: code, a link, a
# moment. From there on nothing can be told.
_OPEN_LINK = rf"\[[^\[\]\n]*(?:\](?:\({_ADDRESS}(?:\([^\s()]*)?)?)?\Z"
_OPEN_MOMENT = r"[0-9:]{1,8}[.\]]?\Z"
_GROWING = re.compile(
    rf"{_CODE}(?!\Z)|(?P<open_code>`[^\n]*\Z)|{_BLOCK}|{_LINK}|(?P<open_link>{_OPEN_LINK})|{_URL}"
    rf"|(?P<open_moment>{_OPEN_MOMENT})|{_FOUND}"
)


def clock(seconds: float) -> str:
    """Write a time as people read it: M:SS, and H:MM:SS from one hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def seconds_in(text: str) -> int | None:
    """Read a text that is a time and no more, such as 80, 80s, 1m20s or 1:20; None for none."""
    is_clock = re.fullmatch(r"(?:\d+:[0-5])?\d?\d:[0-5]\d", text)
    is_time = is_clock or (text and _UNITS.fullmatch(text))
    return seconds_at(text) if is_time else None


def seconds_at(text: str) -> int | None:
    """Read a time at the start of a text, such as 80, 80s, 1m20s or 1:20; None for none."""
    match = _CLOCK.match(text) or _UNITS.match(text)
    if not match or not match[0]:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def linked(text: str, url_at: Callable[[int], str], *, whole: bool = True) -> str:
    """Make each moment a link, but for those in code, in links and in URLs.

    A text that is not `whole` may still grow: its end is left out as long as it can't be told what
    it will be, so that what is returned only ever grows, too.
    """

    def link(match: re.Match[str]) -> str:
        if match.lastgroup and match.lastgroup.startswith("open"):
            return ""
        moment = match["bracketed"] or match["moment"]
        return f"[{moment}]({url_at(seconds_at(moment) or 0)})" if moment else match[0]

    return (_WHOLE if whole else _GROWING).sub(link, text)


def unlinked(text: str) -> str:
    """Make each link whose words are a moment that moment again, but for those in code."""

    def unlink(match: re.Match[str]) -> str:
        label = match["label"]
        return label if label and re.fullmatch(_MOMENT, label) else match[0]

    return _WHOLE.sub(unlink, text)
