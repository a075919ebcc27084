"""Look at the bot's account on Discord, over plain REST: nothing of it is seen by anybody."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import aiohttp

from bot.commands.findings import Finding
from bot.commands.permissions import NEEDED
from bot.providers.untrusted import as_list, as_object, as_text
from bot.settings import Settings

_ADMINISTRATOR = 1 << 3
# An application's flags for the portal's message content toggle, of many servers and of few.
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
_UNAUTHORIZED, _OK = 401, 200
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_PORTAL = "https://discord.com/developers/applications"


async def look_at_discord(web: aiohttp.ClientSession, settings: Settings) -> AsyncIterator[Finding]:
    """Look at the token, the portal's toggle, and what the bot may do in each server."""

    async def get(path: str) -> tuple[int, Any]:
        """Return a status, and the JSON that came with it."""
        headers = {"Authorization": f"Bot {settings.discord_token}"}
        url = settings.discord_api_url + path
        async with web.get(url, headers=headers, timeout=_TIMEOUT) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else None

    try:
        status, me = await get("/users/@me")
        if status != _OK:
            yield _no_account(status, settings)
            return
        yield Finding(
            "Discord token", f"accepted, it is {as_text(as_object(me).get('username'))}'s"
        )
        _, application = await get("/oauth2/applications/@me")
        yield _toggle(as_object(application))
        status, guilds = await get("/users/@me/guilds")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        yield Finding(
            "Discord",
            f"can't be reached ({type(error).__name__})",
            f"check the connection and DISCORD_API_URL, {settings.discord_api_url}",
        )
        return
    if status != _OK:
        yield Finding("servers", f"not told, status {status}", "try again in a minute")
        return
    for finding in _servers([as_object(guild) for guild in as_list(guilds)]):
        yield finding


def _no_account(status: int, settings: Settings) -> Finding:
    if status == _UNAUTHORIZED:
        return Finding(
            "Discord token",
            "refused",
            f"reset it on the Bot page of your application at {_PORTAL} and set DISCORD_TOKEN",
        )
    return Finding(
        "Discord",
        f"answered with status {status}",
        f"check DISCORD_API_URL, {settings.discord_api_url}, or try again later",
    )


def _toggle(application: dict[str, Any]) -> Finding:
    flags = application.get("flags")
    is_on = isinstance(flags, int) and bool(flags & _MESSAGE_CONTENT)
    said = "on" if is_on else "off"
    return Finding("intents", f"no privileged one is needed; message content is {said}")


def _servers(guilds: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """Tell of each server where something is missing, and of all others in one line."""
    if not guilds:
        yield Finding("servers", "none", "invite the bot to one, as the README says")
        return
    lacking = [(guild, missing) for guild in guilds if (missing := _missing(guild))]
    if well := len(guilds) - len(lacking):
        yield Finding(
            f"servers ({well})", "every permission it needs, where a channel takes none away"
        )
    for guild, missing in lacking:
        yield Finding(
            f"server {as_text(guild.get('name'))}",
            f"lacks {', '.join(missing)}",
            "grant that to the bot's role, or invite it anew",
        )


def _missing(guild: dict[str, Any]) -> list[str]:
    text = as_text(guild.get("permissions"))
    granted = int(text) if text.isdecimal() else 0
    return [name for name, bit in NEEDED.items() if not granted & (bit | _ADMINISTRATOR)]
