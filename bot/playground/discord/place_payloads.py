"""Users, channels, threads and servers as Discord's JSON."""

from .interactions import Interaction
from .permissions import EVERYONE, MODERATORS, Permission
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
from .snowflakes import moment
from .state import Json, MessageKind, User
from .world import World

LOCALE = "en-US"

_ROLE: Json = {
    "name": "@everyone",
    "color": 0,
    "hoist": False,
    "position": 0,
    "managed": False,
    "mentionable": False,
    "flags": 0,
}

# What only some kinds of channels have.
_PECULIAR: dict[ChannelKind, Json] = {
    ChannelKind.VOICE: {"bitrate": 64000, "user_limit": 0, "rtc_region": None},
    ChannelKind.FORUM: {
        "available_tags": [],
        "default_reaction_emoji": None,
        "default_sort_order": None,
        "default_forum_layout": 0,
    },
}

_GUILD: Json = {
    "icon": None,
    "splash": None,
    "large": False,
    "unavailable": False,
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": LOCALE,
    "features": [],
    "emojis": [],
    "stickers": [],
    "voice_states": [],
    "presences": [],
    "stage_instances": [],
    "guild_scheduled_events": [],
}


def user_payload(user: User) -> Json:
    """Write a user."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0",
        "global_name": user.name,
        "avatar": None,
        "bot": user.bot,
        "flags": 0,
        "public_flags": 0,
        "primary_guild": None,
    }


def self_payload(user: User) -> Json:
    """Write the bot as it sees itself."""
    return user_payload(user) | {"mfa_enabled": True, "locale": LOCALE, "verified": True}


def thread_member_payload(thread: Thread, user_id: int) -> Json:
    """Write somebody's membership of a thread."""
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": moment(thread.id).isoformat(),
        "flags": 0,
    }


class Places:
    """Write channels, threads and servers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def guild_part(self, channel_id: int) -> Json:
        """Name the server, where a channel has one."""
        guild_id = self._guild_id(channel_id)
        return {} if guild_id is None else {"guild_id": str(guild_id)}

    def _guild_id(self, channel_id: int) -> int | None:
        # A message may point at a channel that has been deleted since.
        place = self._world.places.get(channel_id)
        return None if place is None else self._world.guild_of(place)

    def installed_by(self, interaction: Interaction) -> Json:
        """Name who let the app in where somebody used it; for a direct message Discord says 0."""
        if interaction.by_user:
            return {"1": str(interaction.user_id)}
        return {"0": str(self._guild_id(interaction.channel_id) or 0)}

    def thread(self, thread: Thread) -> Json:
        """Write a thread."""
        members = self._world.members(thread.id)
        written = self._written(thread)
        mine = {"member": thread_member_payload(thread, self._world.bot.id)}
        created = moment(thread.id).isoformat()
        return {
            "id": str(thread.id),
            "type": thread.kind,
            "flags": 0,
            **self.guild_part(thread.id),
            "parent_id": str(thread.parent_id),
            "owner_id": str(thread.owner_id),
            "name": thread.name,
            "last_message_id": self._last(thread.id),
            "rate_limit_per_user": 0,
            "message_count": written,
            "total_message_sent": written,
            "member_count": len(members),
            "thread_metadata": {
                "archived": thread.archived,
                "locked": thread.locked,
                "auto_archive_duration": thread.auto_archive_minutes,
                "archive_timestamp": created,
                "create_timestamp": created,
                **({"invitable": True} if thread.kind is ThreadKind.PRIVATE else {}),
            },
            **(mine if self._world.bot.id in members else {}),
        }

    def _written(self, thread: Thread) -> int:
        # Neither the pointer at a starter is counted, nor what a forum's post begins with.
        return sum(
            one.kind is not MessageKind.THREAD_STARTER and one.id != thread.id
            for one in self._world.history(thread.id)
        )

    def place(self, place: Place) -> Json:
        """Write a channel of any kind."""
        match place:
            case Thread():
                return self.thread(place)
            case DirectChannel():
                return self._conversation(place.id, self._world.users[place.person_id])
            case TextChannel():
                return self._channel(place)
            case Elsewhere(identity, name, guild_id):
                if guild_id is None:
                    return self._conversation(identity, self._world.person)
                return self._channel(TextChannel(identity, name, guild_id))

    def _conversation(self, identity: int, person: User) -> Json:
        return {
            "id": str(identity),
            "type": 1,
            "flags": 0,
            "last_message_id": self._last(identity),
            "recipients": [user_payload(person)],
        }

    def _channel(self, place: TextChannel) -> Json:
        denial = {
            "id": str(self._world.bot.id),
            "type": 1,
            "allow": "0",
            "deny": str(+place.denied),
        }
        return {
            "id": str(place.id),
            "type": place.kind,
            "flags": 0,
            "guild_id": str(place.guild_id),
            "name": place.name,
            "position": 0,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "last_message_id": self._last(place.id),
            "permission_overwrites": [denial] if place.denied else [],
            **_PECULIAR.get(place.kind, {}),
        }

    def _last(self, channel_id: int) -> str | None:
        history = self._world.history(channel_id)
        return str(history[-1].id) if history else None

    def member(self, user_id: int, guild_id: int) -> Json:
        """Write somebody as a member of a server, without saying who it is."""
        moderates = self._world.users[user_id].moderator
        server = self._world.servers.get(guild_id)
        return {
            "roles": [str(server.moderators_id)] if moderates and server else [],
            "joined_at": moment(user_id).isoformat(),
            "nick": None,
            "avatar": None,
            "premium_since": None,
            "pending": False,
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def members(self, guild_id: int) -> list[Json]:
        """Write everybody in a server, which is everybody there is."""
        return [
            self.member(one.id, guild_id) | {"user": user_payload(one)}
            for one in self._world.users.values()
            if not one.webhook
        ]

    def _roles(self, server: Server) -> list[Json]:
        everyone = {"id": str(server.id), "permissions": str(+EVERYONE)}
        moderators = {
            "id": str(server.moderators_id),
            "name": "Moderators",
            "position": 1,
            "permissions": str(+MODERATORS),
        }
        return [_ROLE | everyone, _ROLE | moderators]

    def guild(self, server: Server) -> Json:
        """Write a server as a client is told of it when it connects."""
        world = self._world
        members = self.members(server.id)
        places = [one for one in world.places.values() if world.guild_of(one) == server.id]
        return _GUILD | {
            "id": str(server.id),
            "name": server.name,
            "owner_id": str(server.owner_id),
            "joined_at": moment(server.id).isoformat(),
            "roles": self._roles(server),
            "members": members,
            "member_count": len(members),
            # A bot is told of channels that it may not look into as well.
            "channels": [self.place(one) for one in places if isinstance(one, TextChannel)],
            "threads": [
                self.thread(one)
                for one in places
                if isinstance(one, Thread)
                and not one.archived
                and Permission.VIEW_CHANNEL in world.granted(one)
            ],
        }
