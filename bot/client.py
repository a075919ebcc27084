"""The Discord client: what it listens to, where it connects, what it asks of Discord."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import aiohttp
import discord
from discord.ext import commands
from discord.http import Route
from yarl import URL

from bot.answering import Answerer
from bot.clips import Upload
from bot.errors import ClipGone, ClipHidden, DownloadFailed
from bot.jobs import Jobs
from bot.media.fetch import Locate
from bot.preferences import PreferencesFor

T = TypeVar("T")

_log = logging.getLogger(__name__)

# Not `message_content`: it is privileged, and a message that mentions the bot is readable
# without it.
_INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

# The bot never speaks aloud, so what it lacks for that is no news.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

_PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)
_UNAVAILABLE = 503

DISCORD_ERRORS = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord may raise, once `retrying` has given up."""


class Client(commands.AutoShardedBot):
    """The bot on Discord. Cogs find their parts here when they are set up."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        preferences_for: PreferencesFor,
        answerer_with: Callable[[Locate], Answerer],
        extensions: Sequence[str],
        gateway_url: str | None,
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            intents=_INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self.jobs = jobs
        self.preferences_for = preferences_for
        self.answerer = answerer_with(self.attachment_url)
        self._extensions_to_load = extensions
        if gateway_url:
            self._connect_to(URL(gateway_url))

    async def setup_hook(self) -> None:
        """Load the cogs, once logged in and before the gateway is connected."""
        for extension in self._extensions_to_load:
            await self.load_extension(extension)

    async def on_ready(self) -> None:
        """Tell the operator that it works."""
        _log.info("ready as %s in %s servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no prefix commands, and cogs listen for themselves."""

    async def attachment_url(self, upload: Upload) -> str:
        """Ask for the message anew and return a clip's signed link.

        Raises:
            ClipGone: the message, or the clip in it, is not there any more.
            ClipHidden: the bot may not read it again.
            DownloadFailed: Discord can't say at the moment.
        """
        try:
            message = await retrying(
                lambda: self.http.get_message(upload.channel_id, upload.message_id)
            )
        except discord.NotFound as error:
            raise ClipGone(upload.name) from error
        except discord.Forbidden as error:
            raise ClipHidden(upload.name) from error
        except DISCORD_ERRORS as error:
            raise DownloadFailed(upload.name, f"no link: {type(error).__name__}") from error
        for attachment in message["attachments"]:
            if int(attachment["id"]) == upload.attachment_id:
                return attachment["url"]
        raise ClipGone(upload.name)

    def _connect_to(self, gateway: URL) -> None:
        """Connect to one gateway, whatever Discord says its address is.

        Every connection is opened by this one method: the first, those of shards, to which
        `/gateway/bot` gives an address, and those that resume, to which READY gives another.
        """
        connect = self.http.ws_connect

        async def ws_connect(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
            return await connect(str(gateway.with_query(URL(url).query)), compress=compress)

        self.http.ws_connect = ws_connect


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
        except discord.DiscordServerError as error:
            if error.status != _UNAVAILABLE:
                raise
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ConnectionResetError):
            pass
        await sleep(pause)
    return await call()
