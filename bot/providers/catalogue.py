"""Which models a provider has, and what they take and cost, in every shape that is told."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.errors import AddressWrong, ProviderError, ProviderStalled, ProviderUnreachable
from bot.providers.dialect import Endpoint
from bot.providers.error_bodies import error_in, error_of
from bot.providers.failures import Asked, failure
from bot.providers.untrusted import as_amount, as_count, as_list, as_object, as_text, parsed

_FRESH = 3600.0  # seconds that a catalogue is believed
_PAUSE = 60.0  # seconds before one that could not be had is asked for again
_PATIENCE = aiohttp.ClientTimeout(total=20)
_WAIT = 5.0
# OpenRouter's was 755 KB in September 2026.
_MAX_BODY = 16 << 20
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
# These ids can't chat: 404 "cannot be used with the chat/completions endpoint".
_BATCH = ":batch"


@dataclass(frozen=True, slots=True)
class Model:
    """A model as its provider describes it; what is not said is None, or empty.

    Prices are in US dollars for one token, `context` is in tokens. `efforts` are how hard it can
    be asked to think, in OpenRouter's words: empty for a model that does not think.
    """

    id: str
    takes_video: bool | None = None
    context: int | None = None
    prompt_price: float | None = None
    completion_price: float | None = None
    cached_price: float | None = None
    efforts: tuple[str, ...] | None = None
    must_think: bool = False

    @property
    def effort(self) -> str:
        """How little it can be asked to think, short of not at all; empty to ask for nothing.

        Moments in a video are found by models that think at least a little. Where nothing is
        known, "minimal" is accepted by every model that thinks, though it may not list it, and
        is 38 times cheaper on a short reply than what Gemini does by itself.
        """
        if self.efforts is None:
            return "minimal"
        return next((effort for effort in _EFFORTS[1:] if effort in self.efforts), "")

    @property
    def least_effort(self) -> str:
        """How little it can be asked to think, "none" where that is not refused."""
        may_not_think = "none" in (self.efforts or ()) and not self.must_think
        return "none" if may_not_think else self.effort


class Catalogue:
    """The models of each provider, fetched when they are first asked for, and then kept a while."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Callable[[], float] = time.monotonic,
        *,
        wait: float = _WAIT,
    ) -> None:
        self._session = session
        self._clock = clock
        self._wait = wait
        self._kept: dict[str, tuple[tuple[Model, ...], float]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def models(self, endpoint: Endpoint) -> tuple[Model, ...]:
        """List a provider's models that can chat.

        Raises:
            ProviderError: it does not tell.
        """
        url = _url(endpoint)
        asked = Asked(endpoint.dialect.title, secret=endpoint.api_key)
        try:
            async with self._session.get(
                url, headers=endpoint.headers, timeout=_PATIENCE
            ) as response:
                body = bytearray()
                async for data in response.content.iter_any():
                    body += data
                    if len(body) > _MAX_BODY:
                        raise ProviderUnreachable(asked.provider, "a catalogue without end")
                if response.status != HTTPStatus.OK or response.content_type == "text/html":
                    raise failure(asked, response.status, error_of(bytes(body)))
        except TimeoutError as error:
            raise ProviderStalled(asked.provider, str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ProviderUnreachable(asked.provider, f"{type(error).__name__}: {error}") from error
        models = _read(bytes(body), asked)
        self._kept[url] = models, self._clock() + _FRESH
        return models

    async def find(self, endpoint: Endpoint, name: str) -> Model:
        """Return what is known of a model; a catalogue that can't be had knows nothing.

        It waits `wait` seconds at most, and what was known before is known until there is news.
        """
        by_id = {model.id: model for model in await self.known(endpoint)}
        # OpenRouter's `:nitro` and `:floor` choose among hosts, and stand in no catalogue.
        return by_id.get(name) or by_id.get(name.partition(":")[0]) or Model(name)

    async def known(self, endpoint: Endpoint) -> tuple[Model, ...]:
        """Return the models that are known, as `find` knows them."""
        url = _url(endpoint)
        async with self._turns.setdefault(url, asyncio.Lock()):
            models, until = self._kept.get(url, ((), -math.inf))
            if self._clock() >= until:
                try:
                    async with asyncio.timeout(self._wait):
                        return await self.models(endpoint)
                except (TimeoutError, ProviderError):
                    self._kept[url] = models, self._clock() + _PAUSE
        return models


def _url(endpoint: Endpoint) -> str:
    return f"{endpoint.dialect.base_url}/models"


def nearest(name: str, models: Sequence[Model]) -> str:
    """Return the id of the video model most like a name, of the same maker if there is one."""
    maker = name.partition("/")[0]
    return max(
        (model.id for model in models if model.takes_video),
        key=lambda other: (
            other.partition("/")[0] == maker,
            SequenceMatcher(None, name, other).ratio(),
        ),
        default="",
    )


def _read(body: bytes, asked: Asked) -> tuple[Model, ...]:
    try:
        fields = parsed(body)
    except ValueError as error:
        raise AddressWrong(asked.provider, "a catalogue that is not JSON") from error
    if error := error_in(fields):
        raise failure(asked, None, error)
    return read_catalogue(fields)


def read_catalogue(fields: Any) -> tuple[Model, ...]:
    """Read a catalogue: a list, `{data: […]}`, or Lunos' older `{status, data: {models: […]}}`."""
    listed = as_object(fields).get("data", fields)
    return tuple(_models(as_object(listed).get("models", listed)))


def _models(entries: Any) -> Iterator[Model]:
    for entry in map(as_object, as_list(entries)):
        name = as_text(entry.get("id"))
        if name and not name.endswith(_BATCH) and entry.get("isEnabled") is not False:
            yield _lunos(name, entry) if "inputModalities" in entry else _openrouter(name, entry)


def _openrouter(name: str, entry: dict[str, Any]) -> Model:
    """Read an entry of OpenRouter's, or one that says little, as vLLM's do."""
    architecture, pricing = as_object(entry.get("architecture")), as_object(entry.get("pricing"))
    inputs, reasoning = architecture.get("input_modalities"), as_object(entry.get("reasoning"))
    return Model(
        id=name,
        takes_video="video" in as_list(inputs) if isinstance(inputs, list) else None,
        context=as_count(entry.get("context_length")) or as_count(entry.get("max_model_len")),
        prompt_price=_price(pricing.get("prompt")),
        completion_price=_price(pricing.get("completion")),
        cached_price=_price(pricing.get("input_cache_read")),
        efforts=_efforts(entry, reasoning),
        must_think=reasoning.get("mandatory") is True,
    )


def _efforts(entry: dict[str, Any], reasoning: dict[str, Any]) -> tuple[str, ...] | None:
    listed = tuple(as_text(effort) for effort in as_list(reasoning.get("supported_efforts")))
    parameters = as_list(entry.get("supported_parameters"))
    thinks_not = parameters and "reasoning" not in parameters and not reasoning
    return listed or (() if thinks_not else None)


def _lunos(name: str, entry: dict[str, Any]) -> Model:
    """Read an entry of Lunos', whose prices are numbers for a million tokens."""
    pricing = as_object(entry.get("pricePerMillionTokens"))
    million = 1_000_000
    prompt, completion = _price(pricing.get("input")), _price(pricing.get("output"))
    return Model(
        id=name,
        takes_video="video" in as_list(entry.get("inputModalities")),
        context=as_count(as_object(entry.get("parameters")).get("context")),
        prompt_price=None if prompt is None else prompt / million,
        completion_price=None if completion is None else completion / million,
    )


def _price(value: Any) -> float | None:
    """Read a price; OpenRouter's are strings, and "-1" where it depends on who is chosen."""
    try:
        return as_amount(float(value) if isinstance(value, str) else value)
    except ValueError:
        return None
