"""The questions that wait, of those accepted here, and what each is shown in until its turn."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.client import DISCORD_ERRORS, Client
from bot.questions import Question
from cogs import _phrases as phrases
from cogs._composing import Composing
from cogs._shown import Reply

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    """A question, and where it is shown; `missed` so often of late in the line."""

    question: Question
    reply: Reply
    missed: int = 0


class Waiting:
    """Tells each its place. `note` learns of the message that stands for a question."""

    def __init__(self, client: Client, note: Callable[[Question], None]) -> None:
        self._client = client
        self._note = note
        self._known: dict[int, _Waiting] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def add(self, question: Question, reply: Reply) -> Reply:
        """Let a question wait; return what it is shown in, which is that of the first time."""
        return self._known.setdefault(question.id, _Waiting(question, reply)).reply

    def begun(self, question_id: int) -> Reply | None:
        """Let a question wait no longer; return what it was shown in, if that was here."""
        known = self._known.pop(question_id, None)
        return known and known.reply

    def in_server(self, guild_id: int | None) -> list[Question]:
        """Return the questions that wait in a server."""
        waiting = [one.question for one in self._known.values()]
        return [one for one in waiting if one.guild_id == guild_id]

    async def tell(self, places: Mapping[int, int]) -> None:
        """Show the place of each in its server's line; what is there no more waits no longer.

        That is so once it is missed twice: what was just accepted, or begun here, is missed once.
        """
        for question_id, known in tuple(self._known.items()):
            place = places.get(question_id)
            known.missed = 0 if place is not None else known.missed + 1
            if place is not None:
                await self.show(known.question, place)
            elif known.missed > 1:
                self.begun(question_id)

    async def show(self, question: Question, place: int | None) -> None:
        """Show that a question is in the line, and at which place, unless its turn has come."""
        known = self._known.get(question.id)
        if known is None or not (question.clips or question.follows or question.token):
            return
        line = phrases.in_line(question.clips, place)
        try:
            settled = await known.reply.settle()
            self._note(settled)
            async with self._client.jobs.held_in_line(question.id) as waits:
                if waits:
                    await known.reply.show(Composing(settled, question.clips).status(line))
        except DISCORD_ERRORS as error:
            _log.info("question=%s its place was not shown: %r", question.id, error)
