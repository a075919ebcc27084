"""Look at the provider: the key and its credit, the model, and a clip that is sent for real."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from bot import lines
from bot.assembly import answerer
from bot.clips import Upload
from bot.commands.findings import Finding
from bot.conversation import Conversation, Turn
from bot.errors import KeyRefused, ReeltalkError
from bot.media.files import FileClip
from bot.phrases import phrase
from bot.playground.clips import make_clip
from bot.preferences import Preferences
from bot.providers.catalogue import Catalogue, nearest
from bot.providers.dialect import Endpoint
from bot.providers.error_bodies import error_in, error_of
from bot.providers.failures import Asked, failure
from bot.providers.untrusted import as_number, as_object, parsed
from bot.settings import Asking
from bot.wording import small_dollars

_OK = 200
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_LOW = 1.0  # US dollars
_SECONDS = 4.0
_QUESTION = "In one short sentence: what moves in this video, and how often does the scene change?"


async def look_at_provider(web: aiohttp.ClientSession, asking: Asking) -> AsyncIterator[Finding]:
    """Look at all of it; nothing is asked of a model that the key can't reach."""
    endpoint = asking.endpoint
    if endpoint.dialect.account_path:
        found = await look_at_key(web, endpoint)
        yield found
        if not found.is_well:
            return
    yield await _model(web, asking)
    with TemporaryDirectory() as folder:
        yield await _clip(web, asking, Path(folder))


async def look_at_key(web: aiohttp.ClientSession, endpoint: Endpoint) -> Finding:
    """Ask who the key belongs to, of which only money is told: the rest is nobody's business.

    Where a provider does not tell, a key is good that its models are listed with.
    """
    dialect = endpoint.dialect
    url = f"{dialect.base_url}{dialect.account_path or '/models'}"
    subject = f"{dialect.title} key"
    try:
        async with web.get(url, headers=endpoint.headers, timeout=_TIMEOUT) as response:
            body = await response.read()
            fields = as_object(parsed(body)) if response.status == _OK else {}
            said = error_in(fields) if response.status == _OK else error_of(body)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason = type(error).__name__
        return Finding(subject, f"nobody tells ({reason})", "check the connection and the address")
    if said is not None:
        error = failure(Asked(dialect.title, secret=endpoint.api_key), response.status, said)
        told = "refused" if isinstance(error, KeyRefused) else "could not be looked at"
        return Finding(subject, told, phrase(error))
    return _credit(subject, as_object(fields.get("data")))


def _credit(subject: str, account: dict[str, Any]) -> Finding:
    # OpenRouter tells what is left of a key's limit, None where it has none; Lunos the balance.
    left = as_number(account.get("limit_remaining", account.get("balance")))
    if left is None:
        return Finding(subject, "accepted, without a limit of its own")
    if left <= 0:
        return Finding(subject, "accepted, but nothing is left of its credit", "top it up")
    said = f"accepted, {small_dollars(left)} left"
    return Finding(subject, f"{said}, which is not much" if left < _LOW else said)


async def _model(web: aiohttp.ClientSession, asking: Asking) -> Finding:
    catalogue, subject = Catalogue(web), f"model {asking.model}"
    model = await catalogue.find(asking.endpoint, asking.model)
    known = await catalogue.known(asking.endpoint)
    names = {one.id for one in known}
    if asking.endpoint.dialect.shape.of_stills:
        return Finding(subject, "gets stills, which need no model that takes video")
    if model.takes_video:
        return Finding(subject, "takes video")
    other = nearest(asking.model, known) or "one that `reeltalk models` lists"
    if model.takes_video is False:
        return Finding(subject, "takes no video", f"set MODEL to {other}")
    if known and model.id not in names:
        return Finding(subject, "is not in the catalogue", f"set MODEL to {other}")
    return Finding(subject, "may take video: the catalogue does not say")


async def _clip(web: aiohttp.ClientSession, asking: Asking, folder: Path) -> Finding:
    path = folder / "check.mp4"
    make_clip(path, seconds=_SECONDS, cuts=(2.0,))
    clip = Upload(0, 0, 0, path.name)
    answering = answerer(web, lambda upload: FileClip(path, upload.name), asking.silence_seconds)
    asked = Conversation.of(Turn(_QUESTION, (clip,)))
    subject = "a clip of four seconds"
    try:
        answer = await answering.answer(asked, Preferences.by(asking), lambda _: None)
    except ReeltalkError as error:
        return Finding(subject, "was not answered", phrase(error))
    doubts = " ".join(map(lines.notice, answer.notices))
    return Finding(subject, f"answered: {lines.facts(answer)}", doubts)
