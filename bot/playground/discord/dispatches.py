"""Changes as the gateway tells them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from typing import TypeAlias, assert_never

from .changes import (
    Change,
    ChannelCreated,
    GatewayReady,
    InteractionAnswered,
    InteractionCreated,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reacted,
    ThreadCreated,
    ThreadEdited,
    ThreadJoined,
    Unreacted,
)
from .interaction_payloads import InteractionPayloads
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

    Without an intent it is for everybody. What is `private` goes the way of direct messages.
    `write` makes its JSON, told whether the reader has the message-content intent.
    """

    name: str
    intent: Intent | None
    channel_id: int
    write: Write
    private: bool = False


class Dispatches:
    """Write changes as events."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads
        self._interactions = InteractionPayloads(world, payloads)

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
            case InteractionCreated(interaction):
                body = self._interactions.created(interaction)
                where = interaction.channel_id
                return [Dispatch("INTERACTION_CREATE", None, where, lambda _: body)]
            case InteractionAnswered() | GatewayReady():
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
        extras = self._guild_part(message)
        if extras:
            extras["member"] = self._payloads.places.member(author.id)

        def write(sees_all: bool) -> Json:  # noqa: FBT001 - see Dispatch
            return self._payloads.message(message, sees_all=sees_all) | extras

        return self._about(message, name, Intent.GUILD_MESSAGES, write)

    def _about(self, message: Message, name: str, in_guild: Intent, write: Write) -> Dispatch:
        private = self._is_private(message)
        # DIRECT_MESSAGES and DIRECT_MESSAGE_REACTIONS each lie three bits above the server's.
        intent = Intent(in_guild << 3) if private else in_guild
        return Dispatch(name, intent, message.channel_id, write, private)

    def _is_private(self, message: Message) -> bool:
        # Discord tells of ephemeral messages as if they were direct ones, without a server.
        return message.only_for is not None or self._world.is_direct(message.channel_id)

    def _guild_part(self, message: Message) -> Json:
        return {} if self._is_private(message) else {"guild_id": str(self._world.guild_id)}

    def _deletion(self, message: Message) -> Dispatch:
        body: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
        body |= self._guild_part(message)
        return self._about(message, "MESSAGE_DELETE", Intent.GUILD_MESSAGES, lambda _: body)

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
        body |= self._guild_part(message)
        return self._about(message, name, Intent.GUILD_MESSAGE_REACTIONS, lambda _: body)

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
