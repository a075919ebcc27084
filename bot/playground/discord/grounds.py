"""Who is there, and where: people, servers, channels and threads."""

from collections.abc import Callable
from dataclasses import replace

from . import permissions
from .changes import (
    Change,
    ChannelCreated,
    ChannelDeleted,
    ChannelEdited,
    ServerJoined,
    ThreadCreated,
    ThreadDeleted,
    ThreadEdited,
    ThreadJoined,
)
from .interactions import Context
from .permissions import NOTHING, Permission
from .places import (
    ChannelKind,
    DirectChannel,
    Elsewhere,
    Place,
    Server,
    TextChannel,
    Thread,
    ThreadKind,
)
from .snowflakes import Snowflakes
from .state import Message, MessageKind, Reference, User


class Grounds:
    """The people and the places, what is said in them, and how places come and go."""

    def __init__(self, publish: Callable[[Change], None], snowflakes: Snowflakes) -> None:
        self._publish = publish
        self._snowflakes = snowflakes
        self._mint = snowflakes.mint
        self.users: dict[int, User] = {}
        self.servers: dict[int, Server] = {}
        self.places: dict[int, Place] = {}
        self.messages: dict[int, Message] = {}
        self._members: dict[int, set[int]] = {}
        self.server = self.add_server("The playground")
        self.bot = self.add_user("Reeltalk", bot=True)
        self.person = self.add_user("newcomer")
        self.webhook = User(self._mint(), "a webhook", bot=True, webhook=True)
        self.users[self.webhook.id] = self.webhook
        self.general = self.add_channel("general", self.server.id)
        self.direct = self.open_direct(self.person.id)

    def mint(self) -> int:
        """Return a new id."""
        return self._mint()

    def add_user(self, name: str, *, bot: bool = False, moderator: bool = False) -> User:
        """Let somebody in."""
        user = User(self._mint(), name, bot, moderator)
        self.users[user.id] = user
        return user

    def add_server(self, name: str) -> Server:
        """Open a server with the bot and everybody else in it."""
        # An owner may do everything, so it is nobody who does anything here.
        server = Server(self._snowflakes.mint_apart(), name, self._mint(), self._mint())
        self.servers[server.id] = server
        self._publish(ServerJoined(server))
        return server

    def add_channel(
        self,
        name: str,
        guild_id: int,
        denied: Permission = NOTHING,
        kind: ChannelKind = ChannelKind.TEXT,
    ) -> TextChannel:
        """Open a channel in a server; KeyError for a server that is not there."""
        channel = TextChannel(self._mint(), name, self.servers[guild_id].id, denied, kind)
        self.places[channel.id] = channel
        self._publish(ChannelCreated(channel))
        return channel

    def open_direct(self, person_id: int) -> DirectChannel:
        """Return the conversation of a person and the bot, the same one every time."""
        for place in self.places.values():
            if isinstance(place, DirectChannel) and place.person_id == person_id:
                return place
        channel = DirectChannel(self._mint(), person_id)
        self.places[channel.id] = channel
        return channel

    def add_elsewhere(self, name: str, *, direct: bool, external_apps: bool) -> Elsewhere:
        """Open a channel, or a conversation, that the bot is not in."""
        guild_id = None if direct else self._snowflakes.mint_apart()
        place = Elsewhere(self._mint(), name, guild_id, external_apps)
        self.places[place.id] = place
        return place

    def channel(self, channel_id: int) -> TextChannel:
        """Return a server's channel; KeyError when there is none of that id."""
        place = self.places[channel_id]
        if not isinstance(place, TextChannel):
            raise KeyError(channel_id)
        return place

    def thread(self, thread_id: int) -> Thread:
        """Return a thread; KeyError when there is none of that id."""
        place = self.places[thread_id]
        if not isinstance(place, Thread):
            raise KeyError(thread_id)
        return place

    def granted(self, place: Place) -> Permission:
        """Return what the bot may do in a place; a thread obeys its channel."""
        match place:
            case TextChannel():
                return permissions.granted(place.denied)
            case Thread():
                return (
                    self.granted(self.places[place.parent_id]) if self._enters(place) else NOTHING
                )
            case DirectChannel():
                return permissions.DIRECT
            case Elsewhere():
                return NOTHING

    def _enters(self, thread: Thread) -> bool:
        # Discord shows a private thread to its members, and to who may manage threads.
        return thread.kind is not ThreadKind.PRIVATE or self.bot.id in self._members[thread.id]

    def guild_of(self, place: Place) -> int | None:
        """Return the server that a place is in, None for a conversation."""
        match place:
            case TextChannel() | Elsewhere():
                return place.guild_id
            case Thread():
                return self.guild_of(self.places[place.parent_id])
            case DirectChannel():
                return None

    def has_bot(self, place: Place) -> bool:
        """Tell whether the bot itself is in a place, and not only what people installed."""
        return not isinstance(place, Elsewhere)

    def shows_apps(self, place: Place) -> bool:
        """Tell whether what an app answers in a place may be seen by everybody there."""
        return not isinstance(place, Elsewhere) or place.external_apps

    def context_of(self, place: Place) -> Context:
        """Tell where an interaction in a place would say it is."""
        if self.guild_of(place) is not None:
            return Context.GUILD
        return Context.DIRECT if isinstance(place, DirectChannel) else Context.PRIVATE

    def is_direct(self, channel_id: int) -> bool:
        """Tell whether a channel is a conversation of two."""
        return isinstance(self.places.get(channel_id), DirectChannel)

    def deny(self, channel_id: int, denied: Permission) -> None:
        """Deny the bot some permissions in a channel, and give it all others back."""
        channel = replace(self.channel(channel_id), denied=denied)
        self.places[channel.id] = channel
        self._publish(ChannelEdited(channel))

    def remove(self, place: TextChannel | Thread) -> None:
        """Delete a channel or a thread, with all that was said in it."""
        # Told first, while it is still known who may see the place.
        if isinstance(place, Thread):
            self._publish(ThreadDeleted(place))
        else:
            self._publish(ChannelDeleted(place))
            for one in [*self.places.values()]:
                if isinstance(one, Thread) and one.parent_id == place.id:
                    self._forget(one)
        self._forget(place)

    def _forget(self, place: Place) -> None:
        del self.places[place.id]
        self._members.pop(place.id, None)
        for message in [*self.messages.values()]:
            if message.channel_id == place.id:
                del self.messages[message.id]

    def start_thread(self, starter: Message, owner_id: int, name: str, minutes: int) -> Thread:
        """Make a thread from a message."""
        parent = self.channel(starter.channel_id)
        announced = parent.kind is ChannelKind.ANNOUNCEMENT
        kind = ThreadKind.ANNOUNCEMENT if announced else ThreadKind.PUBLIC
        thread = Thread(starter.id, parent.id, owner_id, name, minutes, kind=kind)
        pointer = Message(
            id=self._mint(),
            channel_id=thread.id,
            author_id=owner_id,
            kind=MessageKind.THREAD_STARTER,
            reference=Reference(starter.channel_id, starter.id),
        )
        self.messages[pointer.id] = pointer
        self._open(thread)
        self._publish(ThreadCreated(thread, starter, pointer))
        return thread

    def open_thread(
        self, parent: TextChannel, owner_id: int, name: str, kind: ThreadKind
    ) -> Thread:
        """Make a thread that no message was there for."""
        thread = Thread(self._mint(), parent.id, owner_id, name, 1440, kind=kind)
        self._open(thread)
        self._publish(ThreadCreated(thread))
        return thread

    def _open(self, thread: Thread) -> None:
        self.places[thread.id] = thread
        self._members[thread.id] = {thread.owner_id}

    def set_thread(self, thread: Thread) -> None:
        """Archive, lock, wake or rename a thread."""
        self.places[thread.id] = thread
        self._publish(ThreadEdited(thread))

    def archive(self, thread: Thread, *, locked: bool) -> None:
        """Archive a thread, locked or not."""
        self.set_thread(replace(thread, archived=True, locked=locked))

    def join(self, thread: Thread, user_id: int) -> None:
        """Make somebody a member of a thread."""
        members = self._members[thread.id]
        if user_id not in members:
            members.add(user_id)
            self._publish(ThreadJoined(thread, user_id))

    def members(self, thread_id: int) -> set[int]:
        """Return a thread's members."""
        return set(self._members.get(thread_id, ()))
