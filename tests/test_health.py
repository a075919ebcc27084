import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.commands.healthy import healthy
from bot.commands.terminal import Status
from bot.health import AddressUnusable, Health, serving
from bot.metrics import Metrics
from bot.roles import Role
from bot.settings import SettingsError, read_health_address
from bot.waiting import Waiting

ANY = URL("http://127.0.0.1:0")


async def two_wait() -> Waiting:
    return Waiting(2, 1.5)


async def breaks() -> Waiting:
    raise ConnectionError("the database is gone")


@asynccontextmanager
async def served(
    ask: Callable[[], Awaitable[Waiting]], *, role: Role = Role.BOTH, connected: bool = True
) -> AsyncGenerator[URL]:
    health = Health(role)
    async with serving(ANY, health, Metrics()) as url, health.of(ask, lambda: connected):
        assert url is not None
        yield url


async def get(url: URL, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as web, web.get(url / path) as response:
        return response.status, await response.json()


async def test_what_is_ready_says_so_and_how_long_the_line_is() -> None:
    async with served(two_wait) as url:
        assert await get(url, "healthz") == (
            200,
            {
                "alive": True,
                "ready": True,
                "role": "both",
                "gateway": "connected",
                "queue": "reachable",
                "waiting": 2,
                "oldest_waiting_seconds": 1.5,
            },
        )


@pytest.mark.parametrize(
    ("ask", "role", "connected", "told"),
    [
        (two_wait, Role.GATEWAY, True, (200, "connected", "reachable")),
        (two_wait, Role.GATEWAY, False, (503, "disconnected", "reachable")),
        (breaks, Role.GATEWAY, True, (503, "connected", "unreachable")),
        (two_wait, Role.WORKER, False, (200, "none", "reachable")),
        (breaks, Role.WORKER, False, (503, "none", "unreachable")),
    ],
)
async def test_what_lacks_what_its_role_needs_is_not_ready_but_alive(
    ask: Callable[[], Awaitable[Waiting]],
    role: Role,
    connected: bool,  # noqa: FBT001 (a case of the table)
    told: tuple[int, str, str],
) -> None:
    async with served(ask, role=role, connected=connected) as url:
        status, state = await get(url, "healthz")
        assert (status, state["gateway"], state["queue"]) == told
        assert state["ready"] is (status == 200)
        assert await get(url, "livez") == (200, {"alive": True})


async def test_a_queue_that_hangs_is_unreachable_soon_and_asked_once_at_a_time() -> None:
    asked = list[int]()
    go = asyncio.Event()

    async def hangs() -> Waiting:
        asked.append(1)
        await go.wait()
        return Waiting(0, None)

    async with served(hangs) as url, asyncio.timeout(4):
        looks = [get(url, "healthz") for _ in range(3)]
        assert {status for status, _ in await asyncio.gather(*looks)} == {503}
        assert len(asked) == 1
        go.set()
        assert (await get(url, "healthz"))[0] == 200


async def test_it_is_alive_before_and_between_its_runs() -> None:
    health = Health(Role.BOTH)
    async with serving(ANY, health, Metrics()) as url:
        assert url is not None
        assert (await get(url, "healthz"))[0] == 503
        for _ in range(2):
            async with health.of(two_wait, lambda: True):
                assert (await get(url, "healthz"))[0] == 200
            assert (await get(url, "healthz"))[0] == 503
            assert (await get(url, "livez"))[0] == 200


async def test_nothing_is_served_where_no_address_is_set() -> None:
    assert read_health_address({"HEALTH_ADDRESS": " "}) is None
    async with serving(None, Health(Role.BOTH), Metrics()) as url:
        assert url is None


async def test_an_address_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = ANY.with_port(taken.getsockname()[1])
        with pytest.raises(AddressUnusable, match=r"^127\.0\.0\.1:\d+ \(Address already in use\)$"):
            async with serving(address, Health(Role.BOTH), Metrics()):
                pass


async def test_an_address_of_another_machine_is_told() -> None:
    # Of a block that is for documents, and nobody's.
    with pytest.raises(AddressUnusable, match=r"^192\.0\.2\.1:8080 \(.+\)$"):
        async with serving(URL("http://192.0.2.1:8080"), Health(Role.BOTH), Metrics()):
            pass


async def test_an_end_does_not_wait_for_those_who_keep_their_connection() -> None:
    async with aiohttp.ClientSession() as web, asyncio.timeout(5):
        async with served(two_wait) as url, web.get(url / "livez") as response:
            await response.read()
        with pytest.raises(aiohttp.ClientError):
            await web.get(url / "livez")


@pytest.mark.parametrize("everywhere", [False, True])
async def test_the_command_tells_what_the_bot_does(
    capsys: pytest.CaptureFixture[str],
    everywhere: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    async with served(two_wait) as url:
        host = "0.0.0.0" if everywhere else url.host  # noqa: S104 (where it is, not to serve at)
        environ = {"HEALTH_ADDRESS": f"{host}:{url.port}"}
        assert await healthy(environ, alive=False) is Status.DONE
        assert '"ready": true' in capsys.readouterr().out
    assert await healthy(environ, alive=False) is Status.FAILED
    assert "Nobody answers at http://127.0.0.1:" in capsys.readouterr().err


async def test_the_command_tells_readiness_from_life() -> None:
    async with served(breaks) as url:
        environ = {"HEALTH_ADDRESS": url.authority}
        assert await healthy(environ, alive=False) is Status.FAILED
        assert await healthy(environ, alive=True) is Status.DONE


async def test_the_command_needs_an_address() -> None:
    assert await healthy({}, alive=False) is Status.FAILED
    with pytest.raises(SettingsError):
        await healthy({"HEALTH_ADDRESS": "8080"}, alive=False)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8080", "0.0.0.0:8080", "[::1]:8080", "[::]:0", "localhost:80"]
)
def test_health_is_served_at_a_host_and_a_port(address: str) -> None:
    url = read_health_address({"HEALTH_ADDRESS": address})
    assert url is not None
    assert f"{url.host}:{url.port}" == address.replace("[", "").replace("]", "")


@pytest.mark.parametrize(
    "address",
    ["8080", ":8080", "host", "::1:8080", "[::1]", "host:99999", "http://host:80", "host:80/x"],
)
def test_what_is_no_host_with_a_port_is_told(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_health_address({"HEALTH_ADDRESS": address})
    (sentence,) = caught.value.problems
    assert sentence == (
        "HEALTH_ADDRESS has to be a host and a port, such as 127.0.0.1:8080 or [::1]:8080, "
        f"not {address}."
    )
