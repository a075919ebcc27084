"""What a process has done, in figures as Prometheus reads them; none of them names anybody."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from aiohttp.typedefs import Handler
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.aiohttp import make_aiohttp_handler

from bot.store.ledger import Entry
from bot.waiting import Waiting

_OUTCOMES = ("answered", "refused", "failed", "cancelled", "expired", "given_up")
_STAGES = ("waiting", "first_word", "total")
_KINDS = ("prompt", "cached", "completion")
_KEYS = ("operator", "server")
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1800)
_UNKNOWN = float("nan")  # no comparison holds for it, so that no alert is raised by it


class Metrics:
    """The figures of one process, from its start; they share nothing with another's.

    Questions, tokens and costs are counted where the ledger keeps its entry of them, and only
    when it does: what all processes have counted is what the ledger has kept meanwhile.
    """

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._questions = Counter(
            "reeltalk_questions",
            "Questions that are over, each once, by outcome; as the ledger has them.",
            ["outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "reeltalk_question_seconds",
            "Seconds of the questions that are over. waiting: from being asked to being begun; "
            "first_word: from there to the model's first word; total: from there to the end.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._tokens = Counter(
            "reeltalk_tokens",
            "Tokens as providers have counted them; those cached are among those of prompts.",
            ["kind"],
            registry=registry,
        )
        self._cost = Counter(
            "reeltalk_cost_microdollars",
            "Millionths of a US dollar, a whole number, by whose key paid them.",
            ["key"],
            registry=registry,
        )
        self._add_gauges(registry)
        for counted, values in (
            (self._questions, _OUTCOMES),
            (self._seconds, _STAGES),
            (self._tokens, _KINDS),
            (self._cost, _KEYS),
        ):
            for value in values:
                counted.labels(value)  # 0 from the start, else its first would not be a rise
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def _add_gauges(self, registry: CollectorRegistry) -> None:
        self._answering = Gauge(
            "reeltalk_questions_in_flight",
            "Questions that this process is answering now.",
            registry=registry,
        )
        self._bytes = Gauge(
            "reeltalk_clip_bytes_in_flight",
            "Bytes of clips that this process has reserved for the questions it is answering, "
            "from before the first is fetched until the answer is over; at most 2**30.",
            registry=registry,
        )
        self._waiting = Gauge(
            "reeltalk_questions_waiting",
            "Questions in line for all processes together; NaN when the queue can't be asked.",
            registry=registry,
        )
        self._oldest = Gauge(
            "reeltalk_oldest_waiting_seconds",
            "Seconds that the oldest of them has been in line; 0 when there is none.",
            registry=registry,
        )
        self._ready = Gauge(
            "reeltalk_ready", "1 when /healthz tells of being ready, else 0.", registry=registry
        )

    def count(self, entry: Entry, *, waited: float | None, first_word: float | None) -> None:
        """Count a question that the ledger has just got its entry of.

        `waited` and `first_word` are the seconds of these stages, None where it did not come so
        far.
        """
        self._questions.labels(entry.outcome).inc()
        for stage, seconds in zip(_STAGES, (waited, first_word, entry.seconds), strict=True):
            if seconds is not None:
                self._seconds.labels(stage).observe(seconds)
        tokens = (entry.prompt_tokens, entry.cached_tokens, entry.completion_tokens)
        for kind, number in zip(_KINDS, tokens, strict=True):
            self._tokens.labels(kind).inc(number)
        self._cost.labels("server" if entry.by_own_key else "operator").inc(entry.micros)

    def answering(self) -> AbstractContextManager[None]:
        """Count a question as in flight inside the block."""
        return self._answering.track_inprogress()

    def read_bytes(self, taken: Callable[[], int]) -> None:
        """Say where to read how many bytes of clips are in flight."""
        self._bytes.set_function(taken)

    def note(self, waiting: Waiting | None, *, ready: bool) -> None:
        """Remember how the process was found; `waiting` is None when the queue can't be asked."""
        self._waiting.set(_UNKNOWN if waiting is None else waiting.count)
        self._oldest.set(_UNKNOWN if waiting is None else waiting.oldest_seconds or 0.0)
        self._ready.set(ready)

    def handler(self) -> Handler:
        """Return what answers a scrape."""
        return make_aiohttp_handler(self._registry)
