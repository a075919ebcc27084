"""What those do who run the servers: open and close places, and let people in."""

from .permissions import named
from .places import ChannelKind, Thread, ThreadKind
from .world import World


class Hosts:
    """The hands of whoever runs the servers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_server(self, name: str) -> int:
        """Let the bot, and everybody else, into one more server."""
        return self._world.add_server(name).id

    def add_channel(
        self,
        name: str,
        *,
        denied: tuple[str, ...] = (),
        kind: str = "text",
        guild_id: int | None = None,
    ) -> int:
        """Open a channel in which the bot lacks some permissions, by their Discord names.

        It is a "text", "announcement", "forum" or "voice" channel; KeyError for another kind.
        """
        where = self._world.server.id if guild_id is None else guild_id
        opened = ChannelKind[kind.upper()]
        return self._world.add_channel(name, where, named(denied), opened).id

    def add_private_thread(
        self, name: str, *, channel_id: int | None = None, owner_id: int | None = None
    ) -> int:
        """Open a thread that the bot sees once it is mentioned there."""
        parent = self._world.channel(channel_id or self._world.general.id)
        owner = self._world.users[owner_id or self._world.person.id]
        return self._world.open_thread(parent, owner.id, name, ThreadKind.PRIVATE).id

    def add_elsewhere(self, name: str, *, direct: bool = False, external_apps: bool = True) -> int:
        """Open a channel that the bot is not in: of a server, or between people if `direct`.

        Without `external_apps` people lack the permission of that name there.
        """
        return self._world.add_elsewhere(name, direct=direct, external_apps=external_apps).id

    def add_person(self, name: str, *, moderator: bool = False, bot: bool = False) -> int:
        """Let somebody else into the servers, who as a moderator may manage messages.

        A bot is a person like others here, except that nobody has a conversation with it.
        """
        return self._world.add_user(name, moderator=moderator, bot=bot).id

    def deny(self, channel_id: int, *names: str) -> None:
        """Deny the bot these permissions in a channel from now on, and no others."""
        self._world.deny(channel_id, named(names))

    def delete_channel(self, channel_id: int) -> None:
        """Delete a server's channel, or a thread; KeyError for what is neither."""
        place = self._world.places[channel_id]
        self._world.remove(place if isinstance(place, Thread) else self._world.channel(channel_id))

    def archive(self, thread_id: int, *, locked: bool = False) -> None:
        """Archive a thread, and lock it if it is never to wake."""
        self._world.archive(self._world.thread(thread_id), locked=locked)
