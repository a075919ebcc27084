"""Text as a person should see it: without the thoughts and the marks some models leave in it."""

from bot.providers.untrusted import well_formed

_OPEN, _CLOSE = "<think>", "</think>"
# GLM models of Z.ai put their conclusion between these.
_MARKS = ("<|begin_of_box|>", "<|end_of_box|>")


class Visible:
    """Take a text in pieces, cut anywhere, and give what is to be seen of it.

    MiniMax and Qwen models think aloud at the start of their answer, in `<think>…</think>`; a
    block that never closes is all there is. The same words later on are part of the answer.
    """

    def __init__(self) -> None:
        self._kept = ""
        self._began = False
        self._thinking = False
        self._thought = False

    def feed(self, text: str) -> str:
        """Take the next piece; what may become a tag or a mark is kept back until it is clear."""
        text, self._kept = self._kept + text, ""
        if not self._began:
            text = self._lead(text)
        for mark in _MARKS:
            text = text.replace(mark, "")
        if self._began:
            cut = len(text) - max(_begun(text, _MARKS), _is_half(text[-1:]))
            text, self._kept = text[:cut], text[cut:]
        return well_formed(text)

    def finish(self) -> str:
        """Give what was kept back."""
        return "" if self._thinking else well_formed(self._kept)

    def _lead(self, text: str) -> str:
        """Leave out a block of thoughts at the start, and the space after it."""
        start = text.lstrip()
        while self._thinking or start.startswith(_OPEN):
            self._thinking = True
            _, closed, rest = text.partition(_CLOSE)
            if not closed:
                self._kept = text[len(text) - _begun(text, (_CLOSE,)) :]
                return ""
            self._thinking, self._thought = False, True
            text = start = rest.lstrip()
        if self._thought:
            text = start
        if _OPEN.startswith(start):  # nothing yet, or too little to tell
            self._kept = text
            return ""
        self._began = True
        return text


def _is_half(character: str) -> bool:
    """Tell the first half of a character that JSON has cut in two."""
    return "\ud800" <= character <= "\udbff"


def _begun(text: str, marks: tuple[str, ...]) -> int:
    """Return how many characters at the end may be the beginning of a mark."""
    longest = min(len(text), max(map(len, marks)) - 1)
    lengths = range(longest, 0, -1)
    return next((n for n in lengths if any(mark.startswith(text[-n:]) for mark in marks)), 0)
