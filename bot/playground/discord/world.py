"""What people and the bot wrote and did: the state behind every door."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .changes import (
    Change,
    InteractionAnswered,
    InteractionCreated,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    Reacted,
    Unreacted,
)
from .files import Attachment, File
from .grounds import Grounds
from .interactions import Cause, Interaction, Interactions
from .places import Thread, ThreadKind
from .snowflakes import Snowflakes
from .state import PLAIN, Json, Message, MessageFlag, MessageKind, Reaction, Reference


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


class World(Grounds):
    """Everything there is, and the only ways to change it."""

    def __init__(
        self, publish: Callable[[Change], None], snowflakes: Snowflakes, interactions: Interactions
    ) -> None:
        super().__init__(publish, snowflakes)
        self.interactions = interactions
        self.portal_toggle = False
        self.thread_cap_reached = False
        self.shows_referenced = False
        self.shows_snapshots = False
        self.commands: list[Json] = []
        self._uploads: dict[int, Attachment] = {}

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
        """Return an attachment of a message that is still there, of a forward or a command."""
        if identity in self._uploads:
            return self._uploads[identity]
        for message in self.messages.values():
            for holder in (message, message.snapshot):
                for attachment in holder.attachments if holder else ():
                    if attachment.id == identity:
                        return attachment
        return None

    def post(
        self, channel_id: int, author_id: int, draft: Draft, identity: int | None = None
    ) -> Message:
        """Write a message; in a thread this wakes it and makes the author a member."""
        message = Message(
            id=self._mint() if identity is None else identity,
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
        if message.only_for is None and not self.users[author_id].webhook:
            self._enter(message)
        self.messages[message.id] = message
        self._publish(MessageCreated(message))
        return message

    def _enter(self, message: Message) -> None:
        thread = self.places[message.channel_id]
        if not isinstance(thread, Thread):
            return
        if thread.archived:
            self.set_thread(replace(thread, archived=False))
        # Discord adds whom a message in a private thread mentions, before it tells of the message.
        called = message.mentions if thread.kind is ThreadKind.PRIVATE else ()
        for user_id in (message.author_id, *called):
            self.join(thread, user_id)

    def attach(self, file: File) -> Attachment:
        """Give a file an id."""
        return Attachment.of(self._mint(), file)

    def upload(self, file: File) -> Attachment:
        """Take in a file that belongs to a command or a form, and to no message."""
        attachment = self.attach(file)
        self._uploads[attachment.id] = attachment
        return attachment

    def edit(self, message: Message) -> Message:
        """Put a changed message in its place."""
        edited = replace(message, edited=datetime.now(UTC))
        self.messages[message.id] = edited
        self._publish(MessageEdited(edited))
        return edited

    def unfurl(self, message: Message, embed: Json) -> Message:
        """Add what Discord made of a link, which is no edit of the author's."""
        unfurled = replace(message, embeds=(*message.embeds, embed))
        self.messages[message.id] = unfurled
        self._publish(MessageEdited(unfurled))
        return unfurled

    def delete_bulk(self, messages: tuple[Message, ...]) -> None:
        """Remove several messages of one channel at once."""
        for message in messages:
            del self.messages[message.id]
        self._publish(MessagesDeleted(messages))

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

    def interact(
        self, user_id: int, channel_id: int, cause: Cause, *, by_user: bool
    ) -> Interaction:
        """Let a person do something that the bot must answer."""
        identity = self._mint()
        interaction = self.interactions.open(identity, user_id, channel_id, cause, by_user=by_user)
        self._publish(InteractionCreated(interaction))
        return interaction

    def answer(self, answered: Interaction) -> None:
        """Let an interaction be answered."""
        self.interactions.settle(answered)
        self._publish(InteractionAnswered(answered))
