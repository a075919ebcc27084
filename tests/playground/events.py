"""What a client hears, for a test to ask after."""

import asyncio
from typing import Any


def heard_of(witness: Any, *events: str) -> asyncio.Queue[tuple[str, int]]:
    """Collect the names of some of a client's events, with the ids of what they are about."""
    told: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    def listen(name: str) -> None:
        async def tell(*about: Any) -> None:
            told.put_nowait((name, about[-1].id))

        witness.add_listener(tell, f"on_{name}")

    for name in events:
        listen(name)
    return told
