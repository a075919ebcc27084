"""The composition root: every part is built here, and each is held by a block."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import repeat
from typing import Any

import aiohttp
import discord

from bot.answering import Answerer
from bot.assembly import BUDGET, answerer, session
from bot.client import Client, use_api
from bot.database import file_of
from bot.health import AddressUnusable, Health, serving
from bot.jobs import Jobs, JobsUnusable
from bot.locks import Alone, Locks, LocksUnusable, Session, in_turn
from bot.media import relay
from bot.media.budget import Budget
from bot.media.fetch import Cdn, Locate
from bot.media.workshop import Workshop
from bot.metrics import Metrics
from bot.preferences import operators
from bot.roles import Role
from bot.settings import Settings
from bot.store.engine import StoreUnusable
from bot.store.opening import Store, open_store
from bot.store.preferences import Operators
from bot.tasks import ended, repeating

_SOUND = 3600  # seconds after which a breakdown is the first one again
_SWEEP_EVERY = 3600.0

EXTENSIONS = ("cogs.ask", "cogs.settings", "cogs.usage", "cogs.about")

_log = logging.getLogger(__name__)

_AUTHENTICATION_FAILED = 4004
_REFUSED = (
    "Discord refused DISCORD_TOKEN: reset the token on the Bot page of your application at "
    "https://discord.com/developers/applications and set the new one."
)


class StartError(Exception):
    """The bot can't run; the message is a sentence for the operator."""


class DatabaseAway(StartError):
    """The database can't be had, which may pass."""


class TakenOver(Exception):
    """This process was silent for so long that others go on with what it had begun."""


async def run(settings: Settings) -> None:
    """Run the bot until it is cancelled.

    Raises:
        StartError: it can't run with these settings.
    """
    relay.keep_freed_memory()
    Workshop.sweep()
    use_api(settings.discord_api_url)
    health, metrics = Health(settings.role), Metrics()
    try:
        async with serving(settings.health_address, health, metrics):
            await _keep_running(settings, health, metrics)
    except AddressUnusable as error:
        raise StartError(
            f"Health can't be served at {error}: set HEALTH_ADDRESS to another host or port."
        ) from error


async def _keep_running(settings: Settings, health: Health, metrics: Metrics) -> None:
    pauses, has_run = restarts(), False
    while True:
        began = time.monotonic()
        try:
            await _run_once(settings, health, metrics)
        except DatabaseAway as error:
            if not has_run:
                raise
            _log.error("%s", error)
        except (StartError, asyncio.CancelledError):
            raise
        except TakenOver:
            _log.warning("others have taken over what was begun here: starting anew")
        except Exception:  # noqa: BLE001 (a bug of discord.py's, or of ours: be there again)
            _log.exception("the bot broke down, and is started again in a moment")
        else:
            return
        has_run = True
        if time.monotonic() - began > _SOUND:
            pauses = restarts()
        await asyncio.sleep(next(pauses))


def restarts() -> Iterator[float]:
    """Yield the seconds before each start after a breakdown.

    Discord takes a thousand IDENTIFYs in a day and then resets the token: that is one in 86
    seconds, for each shard.
    """
    yield from (1.0, 5.0, 15.0, 60.0)
    yield from repeat(300.0)


async def _run_once(settings: Settings, health: Health, metrics: Metrics) -> None:
    async with _kept(settings) as store, _locks(settings) as locks, session() as web:
        jobs = Jobs(settings.keeping.jobs_url, locks, drain=settings.drain_seconds)
        client = Client(
            jobs=jobs,
            store=store,
            metrics=metrics,
            unknown_clip_seconds=settings.unknown_clip_seconds,
            answerer_with=partial(_answerer, web, settings, metrics),
            extensions=EXTENSIONS,
            gateway_url=settings.discord_gateway_url,
            role=settings.role,
            shards=settings.shards,
            locks=locks,
        )
        async with client, health.of(jobs.waiting, lambda: client.is_connected):
            await _start(client, jobs, locks, settings)


@asynccontextmanager
async def _kept(settings: Settings) -> AsyncGenerator[Store]:
    """Open what is kept, and delete what has been for long enough, now and every hour."""
    theirs = Operators(operators(settings), settings.provider, settings.dialects)
    try:
        async with open_store(settings.keeping, theirs) as store:
            sweeping = asyncio.create_task(repeating(_SWEEP_EVERY, store.sweep))
            try:
                yield store
            finally:
                await ended([sweeping])
    except StoreUnusable as error:
        if isinstance(error.__cause__, OSError):  # the folder, of all that is kept
            raise StartError(_unwritable(file_of(settings.keeping.jobs_url))) from error
        raise DatabaseAway(f"The database can't be used: check DATABASE_URL. {error}") from error


@asynccontextmanager
async def _locks(settings: Settings) -> AsyncGenerator[Locks]:
    """Hold what of several processes one has to hold; a file of SQLite's has one process."""
    if file_of(settings.keeping.jobs_url) is not None:
        yield Alone()
        return
    try:
        async with Session.opened(settings.keeping.jobs_url) as locks:
            yield locks
    except LocksUnusable as error:
        raise DatabaseAway(
            f"The database can't be used: check DATABASE_URL, and that it is PostgreSQL 14 or "
            f"newer. {error}"
        ) from error


def _answerer(
    web: aiohttp.ClientSession, settings: Settings, metrics: Metrics, locate: Locate
) -> Answerer:
    cdn, budget = Cdn(web, locate, settings.cdn_hosts), Budget(BUDGET)
    metrics.read_bytes(lambda: budget.taken)
    return answerer(web, cdn.clip, settings.asking.silence_seconds, budget)


async def _start(client: Client, jobs: Jobs, locks: Locks, settings: Settings) -> None:
    with _explained(settings):
        try:
            await client.login(settings.discord_token)
        except (TypeError, KeyError) as error:
            # discord.py makes nothing of the answers of what is no Discord.
            raise StartError(
                f"What answers at {settings.discord_api_url} is not Discord: check DISCORD_API_URL."
            ) from error
    if settings.role.listens:
        for shard in settings.shards.locks:
            if not await locks.take(shard):
                _log.warning("another process is connected as %s: waiting for its end", shard)
                await in_turn(locks, shard)
    try:
        async with jobs.run(works=settings.role.works):
            with _explained(settings):
                await _until_lost(_serve(client, settings.role), locks)
    except JobsUnusable as error:
        raise StartError(_unwritable(error)) from error


async def _serve(client: Client, role: Role) -> None:
    if role.listens:
        await client.connect()
    else:
        _log.info("ready as %s, to answer what others accept", client.user)
        await asyncio.Event().wait()


async def _until_lost(serving: Coroutine[Any, Any, None], locks: Locks) -> None:
    """Serve until the end, or until another process has taken over what this one held."""
    served, lost = asyncio.ensure_future(serving), asyncio.ensure_future(locks.lost.wait())
    try:
        await asyncio.wait({served, lost}, return_when=asyncio.FIRST_COMPLETED)
        if not served.done():
            raise TakenOver
        await served
    finally:
        # Once is not always enough: asyncio.wait_for, before Python 3.12, may swallow it while
        # discord.py connects.
        while not served.done():
            served.cancel()
            await asyncio.wait({served}, timeout=1)
        await ended([lost])


def _unwritable(path: object) -> str:
    return (
        f"Questions can't be kept in {path}: make its folder writable, or set DATABASE_URL to a "
        "file in another."
    )


@contextmanager
def _explained(settings: Settings) -> Generator[None]:
    """Turn what keeps the bot from Discord into sentences for the operator."""
    try:
        yield
    except discord.LoginFailure as error:
        raise StartError(_REFUSED) from error
    except discord.ConnectionClosed as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise StartError(_REFUSED) from error
        raise StartError(f"Discord closed the connection for good, code {error.code}.") from error
    except (aiohttp.ClientConnectionError, OSError) as error:
        raise StartError(
            f"Discord can't be reached at {settings.discord_api_url}: check the connection "
            f"and DISCORD_API_URL. ({type(error).__name__})"
        ) from error
    except (discord.HTTPException, discord.GatewayNotFound) as error:
        raise StartError(
            f"Discord did not let me start: check DISCORD_API_URL, or try again later. ({error})"
        ) from error
