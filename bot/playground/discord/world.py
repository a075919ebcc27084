"""One server, its people and what they wrote: the state behind every door."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from . import permissions
from .changes import (
    Change,
    ChannelCreated,
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
from .interactions import Callback, Cause, Interaction, Interactions
from .permissions import NOTHING, Permission
from .snowflakes import Snowflakes
from .state import (
    PLAIN,
    Attachment,
    DirectChannel,
    File,
    Json,
    Message,
    MessageFlag,
    MessageKind,
    Place,
    Reaction,
    Reference,
    TextChannel,
    Thread,
    User,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has an id."""

    content: str = ""
    files: tuple[File, ...] = ()
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    mentions: tuple[int, ...] = ()
    mention_everyone: bool = False
    kind: MessageKind = MessageKind.DEFAULT
    flags: MessageFlag = PLAIN
    reference: Reference | None = None
    snapshot: Message | None = None
    nonce: str | int | None = None
    origin: Interaction | None = None


class World:
    """Everything there is, and the only ways to change it."""

    def __init__(
        self, publish: Callable[[Change], None], snowflakes: Snowflakes, interactions: Interactions
    ) -> None:
        self._publish = publish
        self._mint = snowflakes.mint
        self.interactions = interactions
        self.portal_toggle = False
        self.thread_cap_reached = False
        self.users: dict[int, User] = {}
        self.places: dict[int, Place] = {}
        self.messages: dict[int, Message] = {}
        self.commands: list[Json] = []
        self._members: dict[int, set[int]] = {}
        self.guild_id = self._mint()
        # An owner may do everything, so it is nobody who does anything here.
        self.owner_id = self._mint()
        self.moderators_id = self._mint()
        self.bot = self.add_user("Reeltalk", bot=True)
        self.person = self.add_user("newcomer")
        self.general = self.add_channel("general")
        self.direct = self.open_direct(self.person.id)

    def mint(self) -> int:
        """Return a new id."""
        return self._mint()

    def add_user(self, name: str, *, bot: bool = False, moderator: bool = False) -> User:
        """Let somebody in."""
        user = User(self._mint(), name, bot, moderator)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, denied: Permission = NOTHING) -> TextChannel:
        """Open a channel in the server."""
        channel = TextChannel(self._mint(), name, denied)
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

    def granted(self, place: Place) -> Permission:
        """Return what the bot may do in a place; a thread obeys its channel."""
        match place:
            case TextChannel():
                return permissions.granted(place.denied)
            case Thread():
                return self.granted(self.places[place.parent_id])
            case DirectChannel():
                return permissions.DIRECT

    def is_direct(self, channel_id: int) -> bool:
        """Tell whether a channel is a conversation of two."""
        return isinstance(self.places.get(channel_id), DirectChannel)

    def history(self, channel_id: int) -> list[Message]:
        """Return a channel's messages, oldest first."""
        return [
            one
            for one in self.messages.values()
            if one.channel_id == channel_id and one.only_for is None
        ]

    def find(self, channel_id: int, message_id: int) -> Message | None:
        """Return a channel's message, if it is there."""
        message = self.messages.get(message_id)
        if message is None or message.only_for is not None:
            return None
        return message if message.channel_id == channel_id else None

    def sent_with(self, channel_id: int, nonce: str | int) -> Message | None:
        """Return what the bot already sent to a channel under a nonce."""
        return next(
            (
                one
                for one in self.history(channel_id)
                if one.author_id == self.bot.id and one.nonce is not None and one.nonce == nonce
            ),
            None,
        )

    def attachment(self, identity: int) -> Attachment | None:
        """Return an attachment of a message that is still there, or was forwarded."""
        for message in self.messages.values():
            for holder in (message, message.snapshot):
                for attachment in holder.attachments if holder else ():
                    if attachment.id == identity:
                        return attachment
        return None

    def post(self, channel_id: int, author_id: int, draft: Draft) -> Message:
        """Write a message; in a thread this wakes it and makes the author a member."""
        message = Message(
            id=self._mint(),
            channel_id=channel_id,
            author_id=author_id,
            content=draft.content,
            attachments=tuple(self.attach(file) for file in draft.files),
            embeds=draft.embeds,
            components=draft.components,
            mentions=draft.mentions,
            mention_everyone=draft.mention_everyone,
            kind=draft.kind,
            flags=draft.flags,
            reference=draft.reference,
            snapshot=draft.snapshot,
            nonce=draft.nonce,
            origin=draft.origin,
        )
        if message.only_for is None:
            self._enter(channel_id, author_id)
        self.messages[message.id] = message
        self._publish(MessageCreated(message))
        return message

    def _enter(self, channel_id: int, author_id: int) -> None:
        thread = self.places[channel_id]
        if not isinstance(thread, Thread):
            return
        if thread.archived:
            self.set_thread(replace(thread, archived=False))
        self.join(thread, author_id)

    def attach(self, file: File) -> Attachment:
        """Give a file an id."""
        return Attachment.of(self._mint(), file)

    def edit(self, message: Message) -> Message:
        """Put a changed message in its place."""
        edited = replace(message, edited=datetime.now(UTC))
        self.messages[message.id] = edited
        self._publish(MessageEdited(edited))
        return edited

    def delete(self, message: Message) -> None:
        """Remove a message; a thread made from it stays."""
        del self.messages[message.id]
        self._publish(MessageDeleted(message))

    def react(self, message: Message, reaction: Reaction) -> None:
        """Put a reaction on a message, once."""
        if reaction not in message.reactions:
            reacted = replace(message, reactions=(*message.reactions, reaction))
            self.messages[message.id] = reacted
            self._publish(Reacted(reacted, reaction))

    def unreact(self, message: Message, reaction: Reaction) -> None:
        """Take a reaction off a message."""
        if reaction in message.reactions:
            left = tuple(one for one in message.reactions if one != reaction)
            bare = replace(message, reactions=left)
            self.messages[message.id] = bare
            self._publish(Unreacted(bare, reaction))

    def interact(self, user_id: int, channel_id: int, cause: Cause) -> Interaction:
        """Let a person do something that the bot must answer."""
        interaction = self.interactions.open(self._mint(), user_id, channel_id, cause)
        self._publish(InteractionCreated(interaction))
        return interaction

    def answer(self, interaction: Interaction, callback: Callback, original_id: int) -> Interaction:
        """Let an interaction be answered."""
        answered = self.interactions.settle(interaction, callback, original_id)
        self._publish(InteractionAnswered(answered))
        return answered

    def start_thread(self, starter: Message, owner_id: int, name: str, minutes: int) -> Thread:
        """Make a thread from a message."""
        thread = Thread(starter.id, starter.channel_id, owner_id, name, minutes)
        self.places[thread.id] = thread
        self._members[thread.id] = {owner_id}
        pointer = Message(
            id=self._mint(),
            channel_id=thread.id,
            author_id=owner_id,
            kind=MessageKind.THREAD_STARTER,
            reference=Reference(starter.channel_id, starter.id),
        )
        self.messages[pointer.id] = pointer
        self._publish(ThreadCreated(thread, starter, pointer))
        return thread

    def thread(self, thread_id: int) -> Thread:
        """Return a thread; KeyError when there is none of that id."""
        place = self.places[thread_id]
        if not isinstance(place, Thread):
            raise KeyError(thread_id)
        return place

    def set_thread(self, thread: Thread) -> None:
        """Archive, lock or wake a thread."""
        self.places[thread.id] = thread
        self._publish(ThreadEdited(thread))

    def join(self, thread: Thread, user_id: int) -> None:
        """Make somebody a member of a thread."""
        members = self._members[thread.id]
        if user_id not in members:
            members.add(user_id)
            self._publish(ThreadJoined(thread, user_id))

    def members(self, thread_id: int) -> set[int]:
        """Return a thread's members."""
        return set(self._members.get(thread_id, ()))
