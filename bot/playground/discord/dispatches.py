"""Changes as the gateway tells them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from typing import TypeAlias, assert_never

from .changes import (
    Change,
    ChannelCreated,
    ChannelDeleted,
    ChannelEdited,
    GatewayReady,
    InteractionAnswered,
    InteractionCreated,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    Reacted,
    ServerJoined,
    ThreadCreated,
    ThreadDeleted,
    ThreadEdited,
    ThreadJoined,
    Unreacted,
)
from .interaction_payloads import InteractionPayloads
from .payloads import Payloads, emoji_payload
from .place_payloads import thread_member_payload, user_payload
from .places import Thread, ThreadKind
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


ThreadChange: TypeAlias = ThreadCreated | ThreadEdited | ThreadDeleted | ThreadJoined
PlaceChange: TypeAlias = (
    ThreadChange | ChannelCreated | ChannelEdited | ChannelDeleted | ServerJoined
)
Write: TypeAlias = Callable[[bool], Json]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One event for whoever asked for its intent and may see its channel, if it is of one.

    Without an intent it is for everybody. It goes to the shard of its server, or the way of
    direct messages. `write` makes its JSON, told whether the reader has the message-content
    intent.
    """

    name: str
    intent: Intent | None
    guild_id: int | None
    channel_id: int | None
    write: Write


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
            case MessagesDeleted(messages):
                return [self._bulk_deletion(messages)]
            case Reacted(message, reaction):
                return [self._reaction("MESSAGE_REACTION_ADD", message, reaction)]
            case Unreacted(message, reaction):
                return [self._reaction("MESSAGE_REACTION_REMOVE", message, reaction)]
            case InteractionCreated(interaction):
                body = self._interactions.created(interaction)
                where = self._guild_id(interaction.channel_id)
                return [Dispatch("INTERACTION_CREATE", None, where, None, lambda _: body)]
            case InteractionAnswered() | GatewayReady():
                return []
            case _:
                return self._of_place(change)

    def _of_place(self, change: PlaceChange) -> list[Dispatch]:
        places = self._payloads.places
        match change:
            # Of channels a bot is told even when it may not look into them.
            case ChannelCreated(channel):
                return [self._of_guild("CHANNEL_CREATE", channel.guild_id, places.place(channel))]
            case ChannelEdited(channel):
                return [self._of_guild("CHANNEL_UPDATE", channel.guild_id, places.place(channel))]
            case ChannelDeleted(channel):
                return [self._of_guild("CHANNEL_DELETE", channel.guild_id, places.place(channel))]
            case ServerJoined(server):
                return [self._of_guild("GUILD_CREATE", server.id, places.guild(server))]
            case _:
                return self._of_thread(change)

    def _of_guild(self, name: str, guild_id: int, body: Json) -> Dispatch:
        return Dispatch(name, Intent.GUILDS, guild_id, None, lambda _: body)

    def _of_thread(self, change: ThreadChange) -> list[Dispatch]:
        thread, places = change.thread, self._payloads.places
        match change:
            case ThreadCreated(_, starter, pointer):
                body = places.thread(thread) | {"newly_created": True}
                created = self._thread("THREAD_CREATE", thread, body)
                pointing = [self._message("MESSAGE_CREATE", pointer)] if pointer else []
                started = [self._message("MESSAGE_UPDATE", starter)] if starter else []
                return [created, *pointing, *started]
            case ThreadEdited():
                return [self._thread("THREAD_UPDATE", thread, places.thread(thread))]
            case ThreadDeleted():
                named = ("id", "guild_id", "parent_id", "type")
                body = {key: places.thread(thread)[key] for key in named}
                return [self._thread("THREAD_DELETE", thread, body)]
            case ThreadJoined(_, user_id):
                added = user_id == self._world.bot.id and thread.kind is ThreadKind.PRIVATE
                # To whom is let into a private thread it is as if it were just made.
                shown = [self._thread("THREAD_CREATE", thread, places.thread(thread))]
                return [*(shown if added else []), self._joined(thread, user_id)]
            case _:
                assert_never(change)

    def _thread(self, name: str, thread: Thread, body: Json) -> Dispatch:
        where = self._guild_id(thread.id)
        return Dispatch(name, Intent.GUILDS, where, thread.id, lambda _: body)

    def _guild_id(self, channel_id: int) -> int | None:
        return self._world.guild_of(self._world.places[channel_id])

    def _message(self, name: str, message: Message) -> Dispatch:
        author, guild_id = self._world.users[message.author_id], self._told_in(message)
        extras = self._guild_part(message)
        if guild_id is not None and not author.webhook:
            extras["member"] = self._payloads.places.member(author.id, guild_id)

        def write(sees_all: bool) -> Json:  # noqa: FBT001 - see Dispatch
            return self._payloads.message(message, sees_all=sees_all) | extras

        return self._about(message, name, Intent.GUILD_MESSAGES, write)

    def _about(self, message: Message, name: str, in_guild: Intent, write: Write) -> Dispatch:
        guild_id = self._told_in(message)
        # DIRECT_MESSAGES and DIRECT_MESSAGE_REACTIONS each lie three bits above the server's.
        intent = Intent(in_guild << 3) if guild_id is None else in_guild
        return Dispatch(name, intent, guild_id, message.channel_id, write)

    def _told_in(self, message: Message) -> int | None:
        # Discord tells of ephemeral messages as if they were direct ones, without a server.
        return None if message.only_for is not None else self._guild_id(message.channel_id)

    def _guild_part(self, message: Message) -> Json:
        guild_id = self._told_in(message)
        return {} if guild_id is None else {"guild_id": str(guild_id)}

    def _deletion(self, message: Message) -> Dispatch:
        body: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
        body |= self._guild_part(message)
        return self._about(message, "MESSAGE_DELETE", Intent.GUILD_MESSAGES, lambda _: body)

    def _bulk_deletion(self, messages: tuple[Message, ...]) -> Dispatch:
        body: Json = {
            "ids": [str(one.id) for one in messages],
            "channel_id": str(messages[0].channel_id),
            **self._guild_part(messages[0]),
        }
        intent = Intent.GUILD_MESSAGES
        return self._about(messages[0], "MESSAGE_DELETE_BULK", intent, lambda _: body)

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

    def _joined(self, thread: Thread, user_id: int) -> Dispatch:
        guild_id = self._guild_id(thread.id) or 0
        added = thread_member_payload(thread, user_id)
        added["member"] = self._payloads.places.member(user_id, guild_id) | {
            "user": user_payload(self._world.users[user_id])
        }
        body: Json = {
            "id": str(thread.id),
            "guild_id": str(guild_id),
            "member_count": len(self._world.members(thread.id)),
            "added_members": [added],
            "removed_member_ids": [],
        }
        # Of anybody but itself a bot hears only with the privileged members intent.
        own = user_id == self._world.bot.id
        intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
        name = "THREAD_MEMBERS_UPDATE"
        return Dispatch(name, intent, guild_id, thread.id, lambda _: body)
