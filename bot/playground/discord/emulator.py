"""A Discord that runs, seen from the outside: what people do in it and what came of it."""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from .buckets import Buckets
from .cdn import PATHS, Cdn
from .changes import Changes, MessageCreated, Watch
from .control import PREFIX as CONTROL
from .control import Control
from .dealings import Dealings
from .faults import Faults
from .gateway import GOING_AWAY, Gateway
from .interactions import Interaction, Interactions
from .links import Links
from .payloads import Payloads
from .places import Thread
from .rest import PREFIX as API
from .rest import Exchange, Rest
from .sharding import Gate, Sharding
from .snowflakes import Snowflakes
from .state import Json, Message, MessageKind
from .world import World


class Discord(Dealings):
    """A Discord that runs: what people do in it, and what can be seen of it."""

    def __init__(
        self, address: str, token: str, clock: Callable[[], float], sharding: Sharding
    ) -> None:
        self._changes = Changes()
        self._world = world = World(self._changes.publish, Snowflakes(), Interactions(clock))
        super().__init__(world)
        self._sharding = sharding
        self._links = Links(f"http://{address}")
        self._payloads = Payloads(world, self._links)
        self.token = token
        self.cdn_host = address
        self.api_url = f"http://{address}{API}"
        self.gateway_url = f"ws://{address}/gateway"
        self.control_url = f"http://{address}{CONTROL}"
        self._gate = Gate(sharding, clock)
        self._gateway = Gateway(
            world,
            self._payloads,
            self._changes,
            self._gate,
            token=token,
            url=self.gateway_url,
        )
        self._changes.listeners.append(self._gateway.announce)
        self.faults = Faults()
        self.requests: list[Exchange] = []
        self.guild_id, self.bot_id, self.user_id = world.server.id, world.bot.id, world.person.id
        self.channel_id, self.dm_channel_id = world.general.id, world.direct.id

    def app(self, uploads: Path, buckets: Buckets) -> web.Application:
        """Return the web application behind which all of this lies."""
        app = web.Application()
        Rest(
            self._world,
            self._payloads,
            self.token,
            self.gateway_url,
            self._sharding,
            self.faults,
            buckets,
            uploads,
            self._record,
        ).add_to(app.router)
        Control(self, self._payloads, self._changes, lambda: self.ready).add_to(app.router)
        for path in PATHS:
            app.router.add_get(path, Cdn(self._world, self._links, self.faults).download)
        app.router.add_get("/gateway", self._gateway.connect)
        app.router.add_get("/gateway/{resume}", self._gateway.connect)
        app.on_shutdown.append(self._gateway.hang_up)
        return app

    def _record(self, exchange: Exchange) -> None:
        self.requests.append(exchange)
        self._changes.stir()

    @property
    def portal_toggle(self) -> bool:
        """Tell whether the app's portal page allows the message-content intent."""
        return self._world.portal_toggle

    @portal_toggle.setter
    def portal_toggle(self, allowed: bool) -> None:
        self._world.portal_toggle = allowed

    @property
    def thread_cap_reached(self) -> bool:
        """Tell whether the server has as many active threads as it may."""
        return self._world.thread_cap_reached

    @thread_cap_reached.setter
    def thread_cap_reached(self, reached: bool) -> None:
        self._world.thread_cap_reached = reached

    @property
    def shows_referenced(self) -> bool:
        """Tell whether a bot that may read a message is shown what it replies to as well.

        Discord says nothing about it; by default each message is judged by itself.
        """
        return self._world.shows_referenced

    @shows_referenced.setter
    def shows_referenced(self, shown: bool) -> None:
        self._world.shows_referenced = shown

    @property
    def shows_snapshots(self) -> bool:
        """Tell whether a bot that may read a message in a server is shown what it forwards.

        Discord says nothing about it; by default, the stricter way, forwards arrive empty there.
        """
        return self._world.shows_snapshots

    @shows_snapshots.setter
    def shows_snapshots(self, shown: bool) -> None:
        self._world.shows_snapshots = shown

    @property
    def moderators_id(self) -> int:
        """Return the role that moderators have in the first server."""
        return self._world.server.moderators_id

    @property
    def ready(self) -> bool:
        """Tell whether a bot is connected, with all of its shards, and was given READY."""
        return self._gateway.ready

    @property
    def shards_connected(self) -> set[int]:
        """Return the ids of the shards that are connected and were given READY."""
        return {shard for shard, _ in self._gateway.connected}

    @property
    def identifies(self) -> int:
        """Count the sessions that were begun."""
        return self._gateway.identifies

    @property
    def resumes(self) -> int:
        """Count the sessions that were taken up again."""
        return self._gateway.resumes

    @property
    def identify_violations(self) -> list[int]:
        """Return the shards that tried to begin a session sooner than they may, each time."""
        return [*self._gate.violations]

    def messages(self, channel_id: int) -> list[Message]:
        """Return what was written in a channel, oldest first, without a thread's pointer."""
        history = self._world.history(channel_id)
        return [one for one in history if one.kind is not MessageKind.THREAD_STARTER]

    def whispers(self, user_id: int) -> list[Message]:
        """Return the ephemeral messages that only one person sees, oldest first."""
        return [one for one in self._world.messages.values() if one.only_for == user_id]

    def interaction(self, identity: int) -> Interaction:
        """Return an interaction as it now stands; KeyError when there is none of that id."""
        return self._world.interactions[identity]

    def thread(self, message_id: int) -> Thread | None:
        """Return the thread made from a message."""
        place = self._world.places.get(message_id)
        return place if isinstance(place, Thread) else None

    def thread_members(self, thread_id: int) -> set[int]:
        """Return the ids of a thread's members."""
        return self._world.members(thread_id)

    def redeliver(self, message_id: int) -> None:
        """Tell of a message once more, as happens around a reconnect."""
        self._gateway.announce(MessageCreated(self._world.messages[message_id]))

    def expire_links(self) -> None:
        """Let every link given out so far stop working."""
        self._links.expire()

    def drop_gateway(self, code: int = 4000) -> None:
        """Close every gateway connection; sessions may be resumed."""
        self._gateway.drop(code)

    def take_gateway_down(self) -> None:
        """Close every gateway connection, and take none until it is brought up again."""
        self._gateway.is_down = True
        self._gateway.drop(GOING_AWAY)

    def bring_gateway_up(self) -> None:
        """Take gateway connections again."""
        self._gateway.is_down = False

    def tell(self, name: str, body: Json) -> None:
        """Tell of an event as it stands here, as when Discord changes what it sends."""
        self._gateway.tell(name, body)

    def garble_gateway(self) -> None:
        """Send every gateway client what is no JSON."""
        self._gateway.garble()

    def ask_reconnect(self) -> None:
        """Ask every gateway client to connect anew."""
        self._gateway.ask_reconnect()

    def invalidate_sessions(self) -> None:
        """Let no gateway session be resumed."""
        self._gateway.invalidate()

    def changes(self) -> Watch:
        """Return every change from this moment on, for `async for`."""
        return self._changes.watch()

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Return as soon as a condition holds; TimeoutError when it does not in time."""
        await self._changes.until(condition, seconds)
