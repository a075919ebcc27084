"""Print the link by which the bot is invited to a server."""

import sys
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from bot.commands.permissions import NEEDED
from bot.commands.terminal import Status
from bot.providers.untrusted import as_object, as_text
from bot.settings import read_discord

_AUTHORIZE = "https://discord.com/oauth2/authorize"
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_OK, _UNAUTHORIZED = 200, 401


async def invite(environ: Mapping[str, str]) -> Status:
    """Ask Discord which application the token is of, and print its link.

    Raises:
        SettingsError: there is no token, or Discord's address can't be used.
    """
    account = read_discord(environ)
    headers = {"Authorization": f"Bot {account.token}"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as web,
            web.get(f"{account.api_url}/oauth2/applications/@me") as response,
        ):
            status = response.status
            told = as_object(await response.json()) if status == _OK else {}
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _failed(
            f"Discord can't be reached at {account.api_url}: check the connection and "
            f"DISCORD_API_URL. ({type(error).__name__})"
        )
    if status == _UNAUTHORIZED:
        return _failed(
            "Discord refused DISCORD_TOKEN: reset the token on the Bot page of your application "
            "at https://discord.com/developers/applications and set the new one."
        )
    if not (identity := as_text(told.get("id"))):
        return _failed(f"Discord answered with status {status}: try again in a minute.")
    print(link(identity))
    return Status.DONE


def link(application_id: str) -> str:
    """Return the link that asks for exactly what the bot needs."""
    asked = {
        "client_id": application_id,
        "scope": "bot applications.commands",
        "permissions": sum(NEEDED.values()),
    }
    return f"{_AUTHORIZE}?{urlencode(asked)}"


def _failed(sentence: str) -> Status:
    print(sentence, file=sys.stderr)
    return Status.FAILED
