"""The parts that answer, put together; where they are used is no matter."""

import asyncio
from functools import partial

import aiohttp

from bot.answering import Answerer
from bot.media import relay
from bot.media.budget import Budget
from bot.media.workshop import Workshop
from bot.providers.catalogue import Catalogue
from bot.providers.client import Provider
from bot.providers.retrying import Retrying
from bot.watching import Originals, Watching

BUDGET = 1 << 30
"""Bytes of clips that are under way at a time."""


def session() -> aiohttp.ClientSession:
    """Return a session as the relay likes it: as many connections as there are clips."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), read_bufsize=relay.READ_BUFFER
    )


def answerer(
    web: aiohttp.ClientSession,
    originals: Originals,
    silence: float = relay.SILENCE,
    budget: Budget | None = None,
) -> Answerer:
    """Build what answers questions about clips that are read from there.

    `silence` is how many seconds a model may say nothing; a budget is only given to be looked at.
    """
    uploads = asyncio.Semaphore(relay.UPLOADS)
    post = partial(relay.post, web, uploads=uploads, silence=silence)
    watching = Watching(originals, Workshop(), budget or Budget(BUDGET))
    return Answerer(watching, Retrying(Provider(post)), Catalogue(web))
