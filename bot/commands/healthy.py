"""Ask a bot that runs on this machine how it is, as the container's health check does."""

import ipaddress
import sys
from collections.abc import Mapping

import aiohttp
from yarl import URL

from bot.commands.terminal import Status
from bot.settings import read_health_address

_PATIENCE = aiohttp.ClientTimeout(total=5.0)
_OK = 200


async def healthy(environ: Mapping[str, str], *, alive: bool) -> Status:
    """Write what it answers; FAILED when it is not ready, or, asked for that alone, not alive.

    Raises:
        SettingsError: HEALTH_ADDRESS can't be read.
    """
    address = read_health_address(environ)
    if address is None:
        print("HEALTH_ADDRESS is not set: there is nowhere to ask.", file=sys.stderr)
        return Status.FAILED  # not 2, which Docker keeps for itself
    url = _nearest(address) / ("livez" if alive else "healthz")
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as web,
            web.get(url) as response,
        ):
            print((await response.text()).strip())
            return Status.DONE if response.status == _OK else Status.FAILED
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        print(f"Nobody answers at {url} ({type(error).__name__}).", file=sys.stderr)
        return Status.FAILED


def _nearest(address: URL) -> URL:
    """Return where to reach what listens there: this machine, where it listens everywhere."""
    try:
        ip = ipaddress.ip_address(address.host or "")
    except ValueError:
        return address
    if not ip.is_unspecified:
        return address
    return address.with_host("127.0.0.1" if ip.version == 4 else "::1")  # noqa: PLR2004
