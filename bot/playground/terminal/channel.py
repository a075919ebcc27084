"""The emulated Discord, as a person at it."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

FOREVER = aiohttp.ClientTimeout(total=None)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the emulated Discord is, and who is there; as it announces itself."""

    api_url: str
    gateway_url: str
    cdn_host: str
    control_url: str
    token: str
    bot_id: int
    channel_id: int
    user_id: int


def read_address(announced: Mapping[str, Any]) -> Address:
    """Read the emulator's announcement."""
    return Address(
        api_url=announced["api_url"],
        gateway_url=announced["gateway_url"],
        cdn_host=announced["cdn_host"],
        control_url=announced["control_url"],
        token=announced["token"],
        bot_id=int(announced["bot_id"]),
        channel_id=int(announced["channel_id"]),
        user_id=int(announced["user_id"]),
    )


@dataclass(frozen=True, slots=True)
class Channel:
    """The channel in which a person and the bot meet."""

    address: Address
    _web: aiohttp.ClientSession

    async def ask(self, text: str, clips: Sequence[Path], place: int) -> int:
        """Say something to the bot in a channel or a thread; returns the message's id."""
        said = {
            "channel_id": place,
            "content": f"<@{self.address.bot_id}> {text}",
            "files": [str(clip) for clip in clips],
        }
        async with self._web.post(f"{self.address.control_url}/messages", json=said) as response:
            response.raise_for_status()
            return int((await response.json())["id"])

    @asynccontextmanager
    async def changes(self) -> AsyncGenerator[AsyncIterator[dict[str, Any]]]:
        """Watch what changes from now on."""
        url = f"{self.address.control_url}/changes"
        async with self._web.get(url, timeout=FOREVER) as response:
            response.raise_for_status()
            yield _documents(response.content)

    async def messages(self, place: int, question: int) -> list[dict[str, Any]]:
        """Read what stands in a place from a question on, and in its thread if it has one."""
        channel = await self._history(f"{place}/messages?after={question}")
        return channel + await self._history(f"{question}/messages?limit=100")

    async def _history(self, path: str) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bot {self.address.token}"}
        url = f"{self.address.api_url}/channels/{path}"
        async with self._web.get(url, headers=headers) as response:
            if response.status == HTTPStatus.NOT_FOUND:
                return []
            response.raise_for_status()
            return await response.json()


async def _documents(lines: aiohttp.StreamReader) -> AsyncIterator[dict[str, Any]]:
    kept = b""
    async for chunk in lines.iter_any():
        *whole, kept = (kept + chunk).split(b"\n")
        for line in whole:
            yield json.loads(line)
