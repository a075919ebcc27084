"""A key is planted, and everything that the bot makes of it is looked through."""

import json
import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.commands import key
from bot.commands.terminal import Status
from bot.phrases import phrase
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.providers.error_bodies import Error
from bot.providers.failures import Asked, failure, without
from bot.settings import read_keeping
from bot.store.keys import OwnKey
from bot.store.opening import Store, open_books, open_store
from tests.commands.test_operating import run
from tests.servers import Peer, serving
from tests.store.ours import OPERATORS, OTHER_SECRET, SECRET

PLANTED = "sk-or-v1-planted-0123456789abcdef"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'reeltalk.sqlite'}",
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "DEBUG",
    }


@asynccontextmanager
async def provider(body: Any, status: str = "200 OK") -> AsyncGenerator[tuple[str, list[str]]]:
    """Serve one that tells the same of every key, and note which were shown to it."""
    shown: list[str] = []

    async def answer(peer: Peer) -> None:
        first, headers = await peer.request()
        shown.append(f"{first.split()[1]} {headers['authorization']}")
        await peer.respond(json.dumps(body).encode(), status, "Content-Type: application/json")

    async with serving(answer) as url:
        yield f"{url}/v1", shown


async def test_a_key_is_tried_before_it_is_kept(kept: dict[str, str], capsys: Captured) -> None:
    async with provider({"data": {"limit_remaining": 12.5}}) as (url, shown):
        environ = {**kept, "OPENROUTER_BASE_URL": url}
        assert await key.keep(environ, 7, "openrouter", lambda: PLANTED) is Status.DONE
    assert shown == [f"/v1/key Bearer {PLANTED}"]
    assert capsys.readouterr().out == (
        "OpenRouter key: accepted, $12.50 left. Server 7 is asked with …cdef now.\n"
    )
    assert await key.show(kept, None) is Status.DONE
    assert capsys.readouterr().out == "server 7  openrouter  …cdef\n"


async def test_a_provider_that_tells_nothing_of_keys_is_asked_for_its_models(
    kept: dict[str, str],
) -> None:
    async with provider({"data": []}) as (url, shown):
        environ = {**kept, "CUSTOM_BASE_URL": url}
        assert await key.keep(environ, 7, "custom", lambda: PLANTED) is Status.DONE
    assert shown == [f"/v1/models Bearer {PLANTED}"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("401 Unauthorized", f"Incorrect API key provided: {PLANTED}"),
        ("400 Bad Request", f"what is {PLANTED}?"),
        ("400 Bad Request", "x" * 285 + PLANTED),
    ],
)
async def test_a_key_that_is_refused_is_neither_kept_nor_quoted(
    kept: dict[str, str], capsys: Captured, status: str, message: str
) -> None:
    async with provider({"error": {"message": message}}, status) as (url, _):
        environ = {**kept, "OPENROUTER_BASE_URL": url}
        assert await key.keep(environ, 7, "openrouter", lambda: PLANTED) is Status.FAILED
    said = capsys.readouterr().err
    assert "It was not kept" in said
    assert PLANTED[:8] not in said
    assert await key.show(kept, 7) is Status.DONE
    assert capsys.readouterr().out == "It has no key.\n"


async def test_what_is_missing_is_said(kept: dict[str, str], capsys: Captured) -> None:
    unsealed = {name: value for name, value in kept.items() if name != "SECRET_KEY"}
    assert await key.keep(unsealed, 7, "openrouter", lambda: PLANTED) is Status.MISUSED
    assert await key.reseal(unsealed) is Status.MISUSED
    assert capsys.readouterr().err.count("SECRET_KEY is missing") == 2
    assert await key.keep(kept, 7, "custom", lambda: PLANTED) is Status.MISUSED
    assert "CUSTOM_BASE_URL" in capsys.readouterr().err
    for nothing in ("", "two words", "ключ", "a\x1bb"):
        assert await key.keep(kept, 7, "openrouter", lambda text=nothing: text) is Status.FAILED


async def test_keys_are_sealed_anew_and_forgotten(kept: dict[str, str], capsys: Captured) -> None:
    async with open_books(read_keeping(kept)) as books:
        await books.keys.keep(7, OwnKey("openrouter", PLANTED))
        await books.keys.keep(7, OwnKey("lunos", PLANTED))
    assert await key.reseal({**kept, "SECRET_KEY": OTHER_SECRET}) is Status.FAILED
    assert await key.reseal({**kept, "SECRET_KEY": f"{OTHER_SECRET},{SECRET}"}) is Status.DONE
    await key.show(kept, 7)
    renewed = {**kept, "SECRET_KEY": OTHER_SECRET}
    await key.forget(renewed, 7, "lunos")
    await key.forget(renewed, 7, "lunos")
    await key.forget(renewed, 7, None)
    told = capsys.readouterr()
    assert "server 7" in told.err
    assert told.out.splitlines() == [
        "Sealed 2 keys with the first SECRET_KEY.",
        "server 7  lunos  sealed with a SECRET_KEY that is not set",
        "server 7  openrouter  sealed with a SECRET_KEY that is not set",
        "Server 7 has one key less.",
        "Server 7 had no such key.",
        "Server 7 has one key less.",
    ]


@contextmanager
def everything_logged() -> Generator[list[str]]:
    """Collect each word that any library logs, down to the least, with its errors."""
    lines: list[str] = []

    class Collects(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter("%(name)s %(message)s").format(record))

    handler, root = Collects(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def used(store: Store) -> list[str]:
    """Read a key back in every way there is, and return what can be seen of all that."""
    preferences = await store.preferences(7)
    assert preferences.endpoint.api_key == PLANTED
    error = failure(Asked("OpenRouter", secret=PLANTED), 400, Error(f"what is {PLANTED}?"))
    return [
        repr(store),
        repr(preferences),
        repr(await store.keys.known()),
        repr(OwnKey("openrouter", PLANTED)),
        str(Endpoint(OPENROUTER, PLANTED)),
        repr(error),
        phrase(error),
    ]


def all_bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_a_key_is_found_nowhere(kept: dict[str, str], tmp_path: Path) -> None:
    seen: list[str] = []
    with everything_logged() as logged:
        async with provider({"data": {"limit_remaining": 12.5}}) as (url, shown):
            told = await run(
                {**kept, "OPENROUTER_BASE_URL": url},
                *("key", "set", "7", "openrouter"),
                given=f"{PLANTED}\n",
            )
        assert told[0] == 0, told[2]
        assert shown == [f"/v1/key Bearer {PLANTED}"]  # it did get there
        seen += told[1:]
        async with open_store(read_keeping(kept), OPERATORS) as store:
            seen += await used(store)
            # While it is open, a part of the database lies in its log.
            kept_bytes = all_bytes(tmp_path)
            assert len(kept_bytes) > 1
        for words in (("key", "show"), ("key", "reseal"), ("servers",), ("usage",)):
            seen += (await run(kept, *words))[1:]
    kept_bytes += all_bytes(tmp_path)
    for text in (*seen, *logged):
        assert PLANTED not in text
        assert PLANTED[:-4] not in text
    # Nor its last four characters, which only a seal opens.
    assert all(PLANTED.encode()[-12:] not in one for one in kept_bytes)
    assert any("…cdef" in text for text in seen)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("no key", "no key"),
        (f"a {PLANTED} b", "a … b"),
        (f"a {PLANTED[:20]}…", "a …"),
        (f"a {PLANTED[:20]}", "a …"),
        ("a sk-o", "a sk-o"),
    ],
)
def test_a_secret_can_not_be_read_out_of_what_is_quoted(text: str, left: str) -> None:
    assert without(PLANTED, text) == left
    assert without("", text) == text
