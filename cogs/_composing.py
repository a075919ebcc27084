"""Put an answer on pages: what stands above it, beneath it, and beside it."""

from dataclasses import dataclass

from bot.clips import Clip, YouTubeLink
from bot.moments import linked
from bot.pages import LIMIT, paginate
from bot.questions import Question
from cogs._buttons import Act, buttons
from cogs._phrases import small
from cogs._shown import Shown
from cogs._transcript import asked, header, unmarked

MOST_PAGES = 10
"""Of a longer answer, the first page is shown, and all of it lies beside that as a file."""


@dataclass(frozen=True, slots=True)
class Composing:
    """What an answer to a question looks like, about all the clips of its conversation."""

    question: Question
    clips: tuple[Clip, ...]

    def status(self, line: str) -> Shown:
        """Return one line that moves."""
        return Shown(self._bare(line), buttons(self.question, "stop"))

    def growing(self, text: str) -> Shown:
        """Return an answer so far."""
        pages = self._pages(text, whole=False)
        return Shown(pages[: self._most], buttons(self.question, "stop"))

    def ended(self, text: str, footer: str, *acts: Act) -> Shown:
        """Return what is left in the end: an answer, or as much as there was of one."""
        pages = self._pages(text, footer)
        row = buttons(self.question, *acts, "delete")
        if len(pages) <= self._most:
            return Shown(pages, row)
        beneath = paginate(footer, limit=LIMIT // 2)[0]
        first = self._pages(text, limit=LIMIT - len(beneath) - 1)[0]
        return Shown(
            [f"{first}\n{beneath}"], row, file=text, is_spoiler=self._is_spoiler, unabridged=pages
        )

    def paused(self, sentence: str, said: str) -> Shown:
        """Return what was said so far, with a sentence beneath: the answer is to go on."""
        pages = self._pages(said, small(sentence)) if said.strip() else self._bare(small(sentence))
        return Shown(pages[: self._most], buttons(self.question, "stop"))

    def sentence(self, sentence: str, *acts: Act, said: str = "") -> Shown:
        """Return what takes the place of an answer, or stands under what was said of it."""
        if said.strip():
            return self.ended(said, small(sentence), *acts)
        return Shown(self._bare(sentence), buttons(self.question, *acts, "delete"))

    @property
    def _is_spoiler(self) -> bool:
        return any(clip.spoiler for clip in self.clips)

    @property
    def _most(self) -> int:
        return 1 if self.question.is_guest else MOST_PAGES

    def _bare(self, text: str) -> list[str]:
        # A guest has one page, so that a line has to stand on it, however long the question is.
        above = f"{asked(self.question)}\n" if self.question.is_guest else ""
        whole = f"{above}\n{text}" if above else text
        return [whole] if len(whole) <= LIMIT else paginate(text, header=above)

    def _pages(
        self, text: str, footer: str = "", *, whole: bool = True, limit: int = LIMIT
    ) -> list[str]:
        text = unmarked(text)
        match self.clips:
            case (YouTubeLink() as link,):
                text = linked(text, link.at, whole=whole)
            case _:
                pass
        is_guest = self.question.is_guest
        above = f"{asked(self.question)}\n" if is_guest else header(self.question, self.clips)
        return paginate(text, footer, header=above, limit=limit, spoiler=self._is_spoiler)
