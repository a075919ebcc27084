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
_STARTING = 3.0
"""Seconds until a worker looks for others, about."""
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
    frozen: bool


@dataclass(frozen=True, slots=True)
class Resumed:
    """A question that went on, so many seconds after it was left.

    It `counts` unless it met a database that was away, or nobody was there to find its holder dead:
    for that, one other has to live on for so long.
    """

    hand: Hand
    seconds: float
    counts: bool


@dataclass(slots=True)
class _Life:
    """A worker's, from when it is sure to work to its end."""

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
        """Note that a worker is there from now on."""
        self._lives.append(_Life(name, time.monotonic() + _STARTING))

    def holder(self, number: int) -> str | None:
        """Return who has asked the model a question last, None where nobody has."""
        askers = self._asked.get(number)
        return askers[-1][1] if askers else None

    def note_end(self, stage: Theatre, name: str, *, frozen: bool = False) -> None:
        """Note what somebody has in hand who is about to be killed, or frozen."""
        for life in self._lives:
            if life.name == name:
                life.until = min(life.until, time.monotonic())
        for number, question in enumerate(stage.said):
            if self.holder(number) == name and not stage.is_over(question):
                messages = tuple(one.id for one in stage.answer(question))
                hand = Hand(number, question.id, messages, name, time.monotonic(), frozen)
                self._hands.append(hand)

    def resumed(self) -> list[Resumed]:
        """Return when each question went on that was in such hands."""
        times = ((hand, self._resumed_at(hand)) for hand in self._hands)
        return [Resumed(hand, at - hand.at, self._was_seen(hand.at, at)) for hand, at in times]

    def _resumed_at(self, hand: Hand) -> float:
        by_others = (at for at, name in self._asked[hand.question] if name != hand.holder)
        moments = [*by_others, *self._touched[hand.thread_id]]
        return min((at for at in moments if at > hand.at + _EDGE), default=math.inf)

    def _was_seen(self, since: float, until: float) -> bool:
        if any(went < until and since < came for went, came in self.down):
            return False
        long_enough = min(until, since + SOON)
        return any(life.since < since and long_enough < life.until for life in self._lives)

    def violations(self, stage: Theatre) -> Iterator[str]:
        """Name what did not go on in time, or not in the message that had been begun."""
        for one in self.resumed():
            if one.seconds > SOON and one.counts and not one.hand.frozen:
                who = f"{one.hand.holder} was killed"
                yield f"question {one.hand.question}: went on {one.seconds:.1f} s after {who}"
        for hand in self._hands:
            now = {one.id for one in stage.answer(stage.said[hand.question])}
            if hand.messages and not now >= set(hand.messages):
                yield f"question {hand.question}: not in the message that {hand.holder} had begun"

    def summary(self) -> str:
        """Write how many questions went on elsewhere, and after how many seconds at worst."""
        resumed = self.resumed()
        killed = [one for one in resumed if not one.hand.frozen]
        begun = sum(bool(hand.messages) for hand in self._hands)
        return (
            f"in_hand={len(self._hands)} begun={begun} "
            f"of_killed={_worst([one for one in killed if one.counts])} "
            f"not_held_against={_worst([one for one in killed if not one.counts])} "
            f"of_frozen={_worst([one for one in resumed if one.hand.frozen])}"
        )


def _worst(resumed: Sequence[Resumed]) -> str:
    return f"{len(resumed)}/worst {max((one.seconds for one in resumed), default=0.0):.1f} s"


def _asker_in(request: Recorded) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _question_in(request: Recorded) -> int | None:
    found = _NUMBER.findall(json.dumps(request.body["messages"][-1]))
    return int(found[-1]) if found else None
