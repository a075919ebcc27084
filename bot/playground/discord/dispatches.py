"""Changes as the gateway tells them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from typing import TypeAlias, assert_never

from .changes import (
    Change,
    ChannelCreated,
    GatewayReady,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reacted,
    ThreadCreated,
    ThreadEdited,
    ThreadJoined,
    Unreacted,
)
from .payloads import Payloads, emoji_payload
from .place_payloads import thread_member_payload, user_payload
from .state import Json, Message, Reaction
from .world import World


class Intent(IntFlag):
    """The intents that occur here, by Discord's numbers."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


PlaceChange: TypeAlias = ThreadCreated | ThreadEdited | ThreadJoined | ChannelCreated
Write: TypeAlias = Callable[[bool], Json]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One event for whoever asked for its intent and may see its channel.

    `write` makes its JSON, told whether the reader has the message-content intent.
    """

    name: str
    intent: Intent
    channel_id: int
    write: Write


class Dispatches:
    """Write changes as events."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads

    def of(self, change: Change) -> list[Dispatch]:
        """Return the events that tell of a change."""
        match change:
            case MessageCreated(message):
                return [self._message("MESSAGE_CREATE", message)]
            case MessageEdited(message):
                return [self._message("MESSAGE_UPDATE", message)]
            case MessageDeleted(message):
                return [self._deletion(message)]
            case Reacted(message, reaction):
                return [self._reaction("MESSAGE_REACTION_ADD", message, reaction)]
            case Unreacted(message, reaction):
                return [self._reaction("MESSAGE_REACTION_REMOVE", message, reaction)]
            case GatewayReady():
                return []
            case _:
                return self._of_place(change)

    def _of_place(self, change: PlaceChange) -> list[Dispatch]:
        places = self._payloads.places
        match change:
            case ThreadCreated(thread, starter, pointer):
                body = places.thread(thread) | {"newly_created": True}
                created = Dispatch("THREAD_CREATE", Intent.GUILDS, thread.id, lambda _: body)
                pointing = self._message("MESSAGE_CREATE", pointer)
                return [created, pointing, self._message("MESSAGE_UPDATE", starter)]
            case ThreadEdited(thread):
                body = places.thread(thread)
                return [Dispatch("THREAD_UPDATE", Intent.GUILDS, thread.id, lambda _: body)]
            case ThreadJoined():
                return [self._joined(change)]
            case ChannelCreated(channel):
                body = places.place(channel)
                return [Dispatch("CHANNEL_CREATE", Intent.GUILDS, channel.id, lambda _: body)]
            case _:
                assert_never(change)

    def _message(self, name: str, message: Message) -> Dispatch:
        author = self._world.users[message.author_id]
        extras = self._payloads.places.guild_part(message.channel_id)
        if extras:
            extras["member"] = self._payloads.places.member(author.id)

        def write(sees_all: bool) -> Json:  # noqa: FBT001 - see Dispatch
            return self._payloads.message(message, sees_all=sees_all) | extras

        return Dispatch(
            name, self._intent(message, Intent.GUILD_MESSAGES), message.channel_id, write
        )

    def _intent(self, message: Message, in_guild: Intent) -> Intent:
        # DIRECT_MESSAGES and DIRECT_MESSAGE_REACTIONS each lie three bits above the server's.
        return Intent(in_guild << 3) if self._world.is_direct(message.channel_id) else in_guild

    def _deletion(self, message: Message) -> Dispatch:
        body: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
        body |= self._payloads.places.guild_part(message.channel_id)
        intent = self._intent(message, Intent.GUILD_MESSAGES)
        return Dispatch("MESSAGE_DELETE", intent, message.channel_id, lambda _: body)

    def _reaction(self, name: str, message: Message, reaction: Reaction) -> Dispatch:
        body: Json = {
            "user_id": str(reaction.user_id),
            "channel_id": str(message.channel_id),
            "message_id": str(message.id),
            "message_author_id": str(message.author_id),
            "emoji": emoji_payload(reaction.emoji),
            "burst": False,
            "type": 0,
        }
        body |= self._payloads.places.guild_part(message.channel_id)
        intent = self._intent(message, Intent.GUILD_MESSAGE_REACTIONS)
        return Dispatch(name, intent, message.channel_id, lambda _: body)

    def _joined(self, change: ThreadJoined) -> Dispatch:
        thread, user_id = change.thread, change.user_id
        added = thread_member_payload(thread, user_id)
        added["member"] = self._payloads.places.member(user_id) | {
            "user": user_payload(self._world.users[user_id])
        }
        body: Json = {
            "id": str(thread.id),
            "guild_id": str(self._world.guild_id),
            "member_count": len(self._world.members(thread.id)),
            "added_members": [added],
            "removed_member_ids": [],
        }
        # Of anybody but itself a bot hears only with the privileged members intent.
        own = user_id == self._world.bot.id
        intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
        return Dispatch("THREAD_MEMBERS_UPDATE", intent, thread.id, lambda _: body)
