"""The Discord client: what it listens to, where it connects, what it asks of Discord."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import aiohttp
import discord
from discord.ext import commands
from discord.http import Route
from yarl import URL

from bot.answering import Answerer
from bot.clips import Upload
from bot.errors import ClipGone, ClipHidden, DownloadFailed
from bot.jobs import Jobs
from bot.locks import Alone, Locks
from bot.media.fetch import Locate
from bot.metrics import Metrics
from bot.preferences import PreferencesFor
from bot.registered import differ
from bot.roles import Role, Shards
from bot.store.opening import Store

T = TypeVar("T")

_log = logging.getLogger(__name__)

# Not `message_content`: it is privileged, and a message that mentions the bot is readable
# without it.
_INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

# The bot never speaks aloud, so what it lacks for that is no news.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EVERY_SHARD = Shards()
_IDENTIFY_EVERY = 5.2
_PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)
_UNAVAILABLE = 503
_SLOWED_DOWN = {20016, 20028}
"""A channel's slow mode, and its limit of writes: both pass."""

DISCORD_ERRORS = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord may raise, once `retrying` has given up."""


class Client(commands.AutoShardedBot):
    """The bot on Discord. Cogs find their parts here when they are set up."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        store: Store,
        metrics: Metrics,
        unknown_clip_seconds: float,
        answerer_with: Callable[[Locate], Answerer],
        extensions: Sequence[str],
        gateway_url: str | None,
        role: Role = Role.BOTH,
        shards: Shards = EVERY_SHARD,
        locks: Locks | None = None,
    ) -> None:
        self._role = role
        self._locks = locks or Alone()
        # discord.py takes None for what it is to find out, and says nothing of it in its types.
        connected: Any = {"shard_ids": shards.ids, "shard_count": shards.count}
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            intents=_INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            **connected,
            http_trace=_only_while_ours(self._locks),
        )
        self._identifies_at_once = 1
        self.jobs = jobs
        self.store = store
        self.metrics = metrics
        self.unknown_clip_seconds = unknown_clip_seconds
        self.preferences_for: PreferencesFor = store.preferences
        self.answerer = answerer_with(self.attachment_url)
        self._extensions_to_load = extensions
        if gateway_url:
            self._connect_to(URL(gateway_url))

    async def setup_hook(self) -> None:
        """Load the cogs, once logged in and before the gateway is connected."""
        for extension in self._extensions_to_load:
            await self.load_extension(extension)
        if not self._role.listens:
            return
        await self._register_commands()
        if not isinstance(self._locks, Alone):
            limits = await self.fetch_session_start_limits()
            self._identifies_at_once = limits.max_concurrency
        self._forgive_parsers()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a shard may IDENTIFY, of those of all processes.

        Discord takes one in five seconds of each set of shards that have the same rest when divided
        by `max_concurrency` (https://docs.discord.com/developers/events/gateway#sharding).
        """
        if isinstance(self._locks, Alone):
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            group = (shard_id or 0) % self._identifies_at_once
            await self._locks.take_for(f"identify {group}", _IDENTIFY_EVERY)

    async def close(self) -> None:
        """Close, once what is being answered is handed back.

        discord.py closes by itself when its connection breaks down, and answers would go on and
        meet a closed client.
        """
        await self.jobs.hand_back()
        await super().close()

    async def on_ready(self) -> None:
        """Tell the operator that it works."""
        _log.info("ready as %s in %s servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no prefix commands, and cogs listen for themselves."""

    async def _register_commands(self) -> None:
        """Send the commands to Discord, if it holds others."""
        ours = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        assert self.application_id is not None  # noqa: S101 (it is logged in)
        try:
            if differ(ours, await self.http.get_global_commands(self.application_id)):
                await self.tree.sync()
        except DISCORD_ERRORS as error:
            # All other ways to ask are there, and so are the commands of the last time.
            _log.warning("commands could not be registered: %r", error)

    def _forgive_parsers(self) -> None:
        """Let an event that discord.py can't read cost itself alone.

        What its parsers raise would end `connect`, and the bot with it (discord.py 2.7.1).
        """
        parsers: dict[str, Callable[[Any], None]] = self._connection.parsers
        for name, parse in parsers.items():
            parsers[name] = partial(_forgiving, name, parse)

    @property
    def is_connected(self) -> bool:
        """Tell whether each of its shards has been made ready, and is connected now."""
        return self.is_ready() and not any(one.is_closed() for one in self.shards.values())

    @property
    def reads_content(self) -> bool:
        """Tell whether the portal lets the app read messages that do not mention it, by REST.

        REST answers by the portal's toggle alone, whatever intents the gateway was asked for.
        """
        flags = self.application_flags
        return flags.gateway_message_content or flags.gateway_message_content_limited

    async def attachment_url(self, upload: Upload) -> str:
        """Return a clip's link as it is now: from its message, else a fresh one for the old.

        Raises:
            ClipGone: the message, or the clip in it, is not there any more.
            ClipHidden: the bot may not read it again.
            DownloadFailed: Discord can't say at the moment.
        """
        hidden: discord.HTTPException | None = None
        try:
            for attachment in await self._attachments(upload):
                if int(attachment["id"]) == upload.attachment_id:
                    return attachment["url"]
        except (discord.NotFound, discord.Forbidden) as error:
            hidden = error
        except DISCORD_ERRORS as error:
            raise DownloadFailed(upload.name, f"no link: {type(error).__name__}") from error
        if upload.link and (fresh := await self._fresh(upload)):
            return fresh
        if isinstance(hidden, discord.Forbidden):
            raise ClipHidden(upload.name) from hidden
        raise ClipGone(upload.name) from hidden

    async def _attachments(self, upload: Upload) -> list[Any]:
        """Fetch a clip's message, and return what is attached to it, or to what it forwards."""
        if not upload.message_id:
            return []
        message: Any = await retrying(
            lambda: self.http.get_message(upload.channel_id, upload.message_id)
        )
        forwarded = [one["message"] for one in message.get("message_snapshots") or ()]
        return [one for part in (message, *forwarded) for one in part["attachments"]]

    async def _fresh(self, upload: Upload) -> str | None:
        """Ask for a link that works, for one that did; Discord documents this way nowhere."""
        route = Route("POST", "/attachments/refresh-urls")
        try:
            told: Any = await retrying(
                lambda: self.http.request(route, json={"attachment_urls": [upload.link]})
            )
            return told["refreshed_urls"][0]["refreshed"]
        except (discord.HTTPException, LookupError, TypeError):
            return None
        except DISCORD_ERRORS as error:
            raise DownloadFailed(upload.name, f"no link: {type(error).__name__}") from error

    def _connect_to(self, gateway: URL) -> None:
        """Connect to one gateway, whatever Discord says its address is.

        Every connection is opened by this one method: the first, those of shards, to which
        `/gateway/bot` gives an address, and those that resume, to which READY gives another.
        """
        connect = self.http.ws_connect

        async def ws_connect(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
            return await connect(str(gateway.with_query(URL(url).query)), compress=compress)

        self.http.ws_connect = ws_connect


def _only_while_ours(locks: Locks) -> aiohttp.TraceConfig:
    """Let no call begin, not even one that has waited, once its questions may be another's.

    aiohttp calls this before each try.
    """
    trace = aiohttp.TraceConfig()

    async def confirm(*_: object) -> None:
        await locks.confirm()

    trace.on_request_start.append(confirm)
    return trace


def _forgiving(name: str, parse: Callable[[Any], None], data: Any) -> None:
    try:
        parse(data)
    except Exception:  # noqa: BLE001 (whatever discord.py makes of what it does not know)
        _log.exception("an event of Discord's could not be read: %s", name)


def use_api(url: str) -> None:
    """Send every REST call there; discord.py keeps the address in a class attribute."""
    Route.BASE = url


async def retrying(
    call: Callable[[], Awaitable[T]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Make a call again where discord.py does not; for calls that may happen twice.

    It retries 429, 500, 502 and 504 by itself, but neither 503 nor, on Linux, a connection
    that was reset or closed.
    """
    for pause in _PATIENCE:
        try:
            return await call()
        except discord.HTTPException as error:
            if error.status != _UNAVAILABLE and error.code not in _SLOWED_DOWN:
                raise
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ConnectionResetError):
            pass
        await sleep(pause)
    return await call()
