"""Users, channels, threads and the server as Discord's JSON."""

from .permissions import EVERYONE, MODERATORS
from .snowflakes import moment
from .state import DirectChannel, Json, Place, TextChannel, Thread, User
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

_GUILD: Json = {
    "name": "The playground",
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
    """Write channels, threads and the server."""

    def __init__(self, world: World) -> None:
        self._world = world

    def guild_part(self, channel_id: int) -> Json:
        """Name the server, where a channel has one."""
        if self._world.is_direct(channel_id):
            return {}
        return {"guild_id": str(self._world.guild_id)}

    def installed_by(self, channel_id: int) -> Json:
        """Name who let the app into a channel; for a direct message Discord says 0."""
        return {"0": "0" if self._world.is_direct(channel_id) else str(self._world.guild_id)}

    def thread(self, thread: Thread) -> Json:
        """Write a thread."""
        members = self._world.members(thread.id)
        written = len(self._world.history(thread.id)) - 1  # the starter's pointer is not counted
        mine = {"member": thread_member_payload(thread, self._world.bot.id)}
        created = moment(thread.id).isoformat()
        return {
            "id": str(thread.id),
            "type": 11,
            "flags": 0,
            "guild_id": str(self._world.guild_id),
            "parent_id": str(thread.parent_id),
            "owner_id": str(thread.owner_id),
            "name": thread.name,
            "last_message_id": self._last(thread.id),
            "rate_limit_per_user": 0,
            "message_count": max(written, 0),
            "total_message_sent": max(written, 0),
            "member_count": len(members),
            "thread_metadata": {
                "archived": thread.archived,
                "locked": thread.locked,
                "auto_archive_duration": thread.auto_archive_minutes,
                "archive_timestamp": created,
                "create_timestamp": created,
            },
            **(mine if self._world.bot.id in members else {}),
        }

    def place(self, place: Place) -> Json:
        """Write a channel of any kind."""
        match place:
            case Thread():
                return self.thread(place)
            case DirectChannel():
                return self._direct(place)
            case TextChannel():
                return self._channel(place)

    def _direct(self, place: DirectChannel) -> Json:
        return {
            "id": str(place.id),
            "type": 1,
            "flags": 0,
            "last_message_id": self._last(place.id),
            "recipients": [user_payload(self._world.users[place.person_id])],
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
            "type": 0,
            "flags": 0,
            "guild_id": str(self._world.guild_id),
            "name": place.name,
            "position": 0,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "last_message_id": self._last(place.id),
            "permission_overwrites": [denial] if place.denied else [],
        }

    def _last(self, channel_id: int) -> str | None:
        history = self._world.history(channel_id)
        return str(history[-1].id) if history else None

    def member(self, user_id: int) -> Json:
        """Write somebody as a member of the server, without saying who it is."""
        moderates = self._world.users[user_id].moderator
        return {
            "roles": [str(self._world.moderators_id)] if moderates else [],
            "joined_at": moment(user_id).isoformat(),
            "nick": None,
            "avatar": None,
            "premium_since": None,
            "pending": False,
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def members(self) -> list[Json]:
        """Write everybody in the server."""
        users = self._world.users.values()
        return [self.member(one.id) | {"user": user_payload(one)} for one in users]

    def _roles(self) -> list[Json]:
        everyone = {"id": str(self._world.guild_id), "permissions": str(+EVERYONE)}
        moderators = {
            "id": str(self._world.moderators_id),
            "name": "Moderators",
            "position": 1,
            "permissions": str(+MODERATORS),
        }
        return [_ROLE | everyone, _ROLE | moderators]

    def guild(self) -> Json:
        """Write the server as a client is told of it when it connects."""
        world = self._world
        members = self.members()
        threads = [one for one in world.places.values() if isinstance(one, Thread)]
        return _GUILD | {
            "id": str(world.guild_id),
            "owner_id": str(world.owner_id),
            "joined_at": moment(world.guild_id).isoformat(),
            "roles": self._roles(),
            "members": members,
            "member_count": len(members),
            "channels": [
                self.place(one) for one in world.places.values() if isinstance(one, TextChannel)
            ],
            "threads": [self.thread(one) for one in threads if not one.archived],
        }
