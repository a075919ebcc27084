"""The gateway: the websocket that tells a bot what happens."""

import asyncio
import json
import secrets
from typing import Any, cast

from aiohttp import WSMessage, WSMsgType, web

from .account_routes import application_flags
from .changes import Change, Changes, GatewayReady
from .dispatches import Dispatch, Dispatches, Intent
from .opcodes import CloseCode, Op
from .payloads import Payloads
from .permissions import Permission
from .place_payloads import self_payload
from .sessions import Connection, Session
from .sharding import Gate
from .state import Json
from .world import World

HEARTBEAT_MS = 41_250
# A peer that does not answer a close frame is not waited for any longer; seconds.
CLOSE_PATIENCE = 1.0
GOING_AWAY = 1001


class Gateway:
    """Every session, and every connection, to a bot."""

    def __init__(
        self,
        world: World,
        payloads: Payloads,
        changes: Changes,
        gate: Gate,
        *,
        token: str,
        url: str,
    ) -> None:
        self._world = world
        self._payloads = payloads
        self._changes = changes
        self._gate = gate
        self._dispatches = Dispatches(world, payloads)
        self._token = token
        self._url = url
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self.is_down = False
        self.identifies = 0
        self.resumes = 0

    @property
    def ready(self) -> bool:
        """Tell whether a bot is connected, with all of its shards, and was given READY."""
        connected = self.connected
        return any(
            all((shard, count) in connected for shard in range(count)) for _, count in connected
        )

    @property
    def connected(self) -> set[tuple[int, int]]:
        """Return the shards, each with how many there are, that were given READY."""
        return {one.shard for one in self._sessions.values() if one.connection}

    def drop(self, code: int) -> None:
        """Close every connection; sessions stay, and remember from this moment on."""
        for session in self._sessions.values():
            session.connection = None
        for connection in self._connections:
            connection.close(code)
        self._changes.stir()

    def invalidate(self) -> None:
        """Forget every session, and say so."""
        self._sessions.clear()
        for connection in self._connections:
            connection.session = None
            connection.send({"op": Op.INVALID_SESSION, "d": False})
        self._changes.stir()

    def ask_reconnect(self) -> None:
        """Ask every client to connect anew and resume."""
        for connection in self._connections:
            connection.send({"op": Op.RECONNECT, "d": None})

    def tell(self, name: str, body: Json) -> None:
        """Tell every session of an event, whether it makes sense or not."""
        for session in self._sessions.values():
            session.tell(name, body)

    def garble(self) -> None:
        """Send every client a frame that is no JSON."""
        for connection in self._connections:
            connection.garble("{")

    def announce(self, change: Change) -> None:
        """Tell every session of a change, as far as it concerns it."""
        for dispatch in self._dispatches.of(change):
            for session in self._sessions.values():
                if self._concerns(dispatch, session):
                    sees_all = Intent.MESSAGE_CONTENT in session.intents
                    session.tell(dispatch.name, dispatch.write(sees_all))

    def _concerns(self, dispatch: Dispatch, session: Session) -> bool:
        if not session.holds(dispatch.guild_id):
            return False
        return dispatch.intent is None or (
            dispatch.intent in session.intents and self._is_seen(dispatch)
        )

    def _is_seen(self, dispatch: Dispatch) -> bool:
        if dispatch.channel_id is None:
            return True
        place = self._world.places[dispatch.channel_id]
        return Permission.VIEW_CHANNEL in self._world.granted(place)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        if self.is_down:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(compress=False, timeout=CLOSE_PATIENCE)
        await socket.prepare(request)
        connection = Connection(socket, compress=request.query.get("compress") == "zlib-stream")
        connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        self._connections.add(connection)
        writing = asyncio.create_task(connection.write())
        try:
            await self._listen(connection)
        finally:
            self._leave(connection)
            # Our own close frame may be still to come.
            if not connection.closed_by_us:
                writing.cancel()
            await asyncio.wait({writing})
        return socket

    def _leave(self, connection: Connection) -> None:
        self._connections.discard(connection)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        # A client that says goodbye ends its session; one that is cut off may resume.
        if not connection.closed_by_us and connection.socket.close_code in (1000, 1001):
            self._sessions.pop(session.id, None)
        self._changes.stir()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            payload = _parsed(message)
            if payload is None:
                connection.close(CloseCode.DECODE_ERROR)
            else:
                self._receive(connection, payload.get("op"), payload.get("d"))

    def _receive(self, connection: Connection, op: Any, body: Any) -> None:
        match op:
            case Op.HEARTBEAT:
                connection.send({"op": Op.ACK})
            case Op.IDENTIFY if connection.session:
                connection.close(CloseCode.ALREADY_AUTHENTICATED)
            case Op.IDENTIFY if _has(body, "token", "intents"):
                self._identify(connection, body)
            case Op.RESUME if _has(body, "token", "session_id", "seq"):
                self._resume(connection, body)
            case Op.IDENTIFY | Op.RESUME:
                connection.close(CloseCode.DECODE_ERROR)
            case Op.PRESENCE | Op.VOICE if connection.session:
                pass
            case Op.MEMBERS if connection.session:
                self._tell_members(connection.session, body)
            case Op.PRESENCE | Op.VOICE | Op.MEMBERS:
                connection.close(CloseCode.NOT_AUTHENTICATED)
            case _:
                connection.close(CloseCode.UNKNOWN_OPCODE)

    def _identify(self, connection: Connection, body: Json) -> None:
        intents, shard = Intent(body["intents"]), tuple(body.get("shard") or (0, 1))
        refused = self._refused(body["token"], intents, shard)
        if refused is not None:
            connection.close(refused)
            return
        if not self._gate.admits(shard[0]):
            connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        self.identifies += 1
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]), connection)
        self._sessions[session.id] = session
        connection.session = session
        self._welcome(session)
        self._changes.publish(GatewayReady())

    def _refused(self, token: str, intents: Intent, shard: tuple[int, ...]) -> CloseCode | None:
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return CloseCode.AUTHENTICATION_FAILED
        if not 0 <= shard[0] < shard[1]:
            return CloseCode.INVALID_SHARD
        content = Intent.MESSAGE_CONTENT in intents and not self._world.portal_toggle
        if content or intents & (Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES):
            return CloseCode.DISALLOWED_INTENTS
        return None

    def _welcome(self, session: Session) -> None:
        ours = [one for one in self._world.servers.values() if session.holds(one.id)]
        bot = self._world.bot
        ready: Json = {
            "v": 10,
            "user": self_payload(bot),
            "guilds": [{"id": str(one.id), "unavailable": True} for one in ours],
            "session_id": session.id,
            "resume_gateway_url": f"{self._url}/resume",
            "shard": list(session.shard),
            "application": {"id": str(bot.id), "flags": application_flags(self._world)},
        }
        session.tell("READY", ready)
        if Intent.GUILDS in session.intents:
            for server in ours:
                session.tell("GUILD_CREATE", self._payloads.places.guild(server))

    def _resume(self, connection: Connection, body: Json) -> None:
        session = self._sessions.get(body["session_id"])
        missed = session and session.missed(body["seq"])
        if session is None or missed is None or body["token"] != self._token:
            connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        if session.connection is not None:
            session.connection.close(4000)
        self.resumes += 1
        session.connection, connection.session = connection, session
        for event in missed:
            connection.send(event)
        session.tell("RESUMED", {})
        self._changes.stir()

    def _tell_members(self, session: Session, body: Json) -> None:
        named: Any = body.get("user_ids")
        prefix: str | None = body.get("query")
        # One id may stand alone, without a list around it.
        wanted = {str(named)} if isinstance(named, str | int) else set(map(str, named or ()))
        server = self._world.servers.get(int(body.get("guild_id") or 0))
        if server is None:
            return
        members = [
            one
            for one in self._payloads.places.members(server.id)
            if one["user"]["id"] in wanted
            or (prefix is not None and one["user"]["username"].startswith(prefix))
        ]
        chunk: Json = {
            "guild_id": str(server.id),
            "members": members,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": body.get("nonce"),
        }
        session.tell("GUILD_MEMBERS_CHUNK", chunk)

    async def hang_up(self, _: web.Application) -> None:
        """Tell everybody that the server goes away."""
        self.drop(GOING_AWAY)


def _parsed(message: WSMessage) -> Json | None:
    if message.type is not WSMsgType.TEXT:
        return None
    try:
        payload: Any = json.loads(message.data)
    except ValueError:
        return None
    return cast("Json", payload) if isinstance(payload, dict) else None


def _has(body: Any, *names: str) -> bool:
    return isinstance(body, dict) and all(name in body for name in names)
