"""Who works on which question, and when it went on elsewhere: seen from Discord and the model."""

import asyncio
import json
import math
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.playground.discord import Discord, MessageCreated, MessageEdited
from bot.playground.model import Model
from bot.playground.model.exchange import Recorded
from tests.end_to_end.theatre import Theatre

LIVENESS = 5.0
"""Seconds between two looks for workers that have died."""
SOON = 3 * LIVENESS
LEASE = 10.0
"""Seconds that one who is frozen holds what it has in hand."""
_EDGE = 0.25
"""Seconds after a kill in which a call may arrive that was made before it."""
_NUMBER = re.compile(r"question (\d+)\.")


@dataclass(frozen=True, slots=True)
class Hand:
    """A question that somebody had in hand who was killed, or frozen; the ids of its answer."""

    question: int
    thread_id: int
    messages: tuple[int, ...]
    holder: str
    at: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """A question that went on, so many seconds after it was left.

    `quiet` are those of them, at the end, in which nobody else was killed, the database was there,
    and so was another worker: what is killed later may have had the question too, or all that its
    server may have answered at once.
    """

    hand: Hand
    seconds: float
    quiet: float


@dataclass(slots=True)
class _Life:
    """That of a worker, from when it was ready to its end."""

    name: str
    since: float
    until: float = math.inf


class Witness:
    """Watches; times are of the monotonic clock."""

    def __init__(self, discord: Discord, model: Model) -> None:
        self._discord = discord
        self._model = model
        self._changes = discord.changes()
        self._asked: dict[int, list[tuple[float, str]]] = defaultdict(list)
        self._touched: dict[int, list[float]] = defaultdict(list)
        self._hands: list[Hand] = []
        self._lives: list[_Life] = []
        self._ends: list[float] = []
        self.down: list[list[float]] = []
        """When the database went and came again."""

    async def watch(self) -> None:
        """Note who asks the model, and what is said on Discord, from now on."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._watch_model())
            both.create_task(self._watch_discord())

    async def _watch_model(self) -> None:
        requests, seen = self._model.requests, 0
        while True:
            await self._model.until(lambda known=seen: len(requests) > known, within=math.inf)
            for request in requests[seen:]:
                if (number := _question_in(request)) is not None:
                    self._asked[number].append((time.monotonic(), _asker_in(request)))
            seen = len(requests)

    async def _watch_discord(self) -> None:
        async for change in self._changes:
            match change:
                case MessageCreated(message) | MessageEdited(message):
                    if message.author_id == self._discord.bot_id:
                        self._touched[message.channel_id].append(time.monotonic())
                case _:
                    pass

    def note_begin(self, name: str) -> None:
        """Note that a worker is ready from now on."""
        self._lives.append(_Life(name, time.monotonic()))

    def holder(self, number: int) -> str | None:
        """Return who has asked the model a question last, None where nobody has."""
        askers = self._asked.get(number)
        return askers[-1][1] if askers else None

    def note_end(self, stage: Theatre, name: str, *, frozen: bool = False) -> None:
        """Note what somebody has in hand who is about to be killed, or frozen."""
        now = time.monotonic()
        self._ends.append(now + (LEASE if frozen else 0.0))
        for life in self._lives:
            if life.name == name:
                life.until = min(life.until, now)
        for number, question in enumerate(stage.said):
            if self.holder(number) == name and not stage.is_over(question):
                messages = tuple(one.id for one in stage.answer(question))
                self._hands.append(Hand(number, question.id, messages, name, now))

    def resumed(self) -> list[Resumed]:
        """Return when each question went on that was in such hands."""
        times = [(hand, self._resumed_at(hand)) for hand in self._hands]
        return [
            Resumed(hand, at - hand.at, at - self._quiet_since(hand.at, at)) for hand, at in times
        ]

    def _resumed_at(self, hand: Hand) -> float:
        by_others = (at for at, name in self._asked[hand.question] if name != hand.holder)
        moments = [*by_others, *self._touched[hand.thread_id]]
        return min((at for at in moments if at > hand.at + _EDGE), default=math.inf)

    def _quiet_since(self, since: float, until: float) -> float:
        changes = [*self._ends, *(came for _, came in self.down)]
        quiet = max([since, *(at for at in changes if since < at < until)])
        ready = (life.since for life in self._lives if life.until > until)
        return max(quiet, min(ready, default=quiet))

    def violations(self, stage: Theatre) -> Iterator[str]:
        """Name what did not go on in time, or not in the message that had been begun."""
        for one in self.resumed():
            if one.quiet > SOON:
                left = f"{one.seconds:.1f} s after {one.hand.holder} left it"
                yield f"question {one.hand.question}: {left}, and {one.quiet:.1f} s of quiet"
        for hand in self._hands:
            now = {one.id for one in stage.answer(stage.said[hand.question])}
            if hand.messages and not now >= set(hand.messages):
                yield f"question {hand.question}: not in the message that {hand.holder} had begun"

    def summary(self) -> str:
        """Write how many questions went on elsewhere, and after how many seconds at worst."""
        resumed = self.resumed()
        begun = sum(bool(hand.messages) for hand in self._hands)
        alone = [one.seconds for one in resumed if one.seconds == one.quiet]
        return (
            f"in_hand={len(self._hands)} begun={begun} went_on_after={_worst(alone)} "
            f"of_quiet={_worst([one.quiet for one in resumed])} "
            f"in_all={_worst([one.seconds for one in resumed])}"
        )


def _worst(seconds: Sequence[float]) -> str:
    return f"{max(seconds, default=0.0):.1f}s/{len(seconds)}"


def _asker_in(request: Recorded) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _question_in(request: Recorded) -> int | None:
    found = _NUMBER.findall(json.dumps(request.body["messages"][-1]))
    return int(found[-1]) if found else None
