"""What people write, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import replace

from .composing import mentioned
from .files import File
from .hosts import Hosts
from .places import ChannelKind, Thread, ThreadKind
from .state import Json, Message, MessageFlag, MessageKind, Reference
from .world import Draft


class People(Hosts):
    """The hands of everybody but the bot."""

    def say(
        self,
        content: str = "",
        *,
        files: Sequence[File] = (),
        channel_id: int | None = None,
        author_id: int | None = None,
        reply_to: int | None = None,
        ping: bool = True,
        webhook: bool = False,
        forward_of: int | None = None,
    ) -> Message:
        """Write a message; KeyError for a channel, an author or a message that is not there.

        With `webhook` no person writes it, but a webhook. A message may carry a forward as
        well, but not be a reply at the same time.
        """
        world = self._world
        target = None if reply_to is None else world.messages[reply_to]
        place = world.places[self._where(channel_id, target)]
        reference = target and Reference(target.channel_id, target.id)
        allowed: Json = {"allowed_mentions": {"parse": ["users"], "replied_user": ping}}
        draft = Draft(
            content=content,
            files=tuple(files),
            kind=MessageKind.REPLY if reference else MessageKind.DEFAULT,
            reference=reference,
            mentions=mentioned(world, content, allowed, reference),
        )
        if forward_of is not None:
            draft = _forwarding(draft, world.messages[forward_of])
        author = world.webhook.id if webhook else self._who(author_id)
        return world.post(place.id, author, draft)

    def forward(
        self, message_id: int, *, channel_id: int | None = None, author_id: int | None = None
    ) -> Message:
        """Forward a message: a copy of it, without its author."""
        return self.say(channel_id=channel_id, author_id=author_id, forward_of=message_id)

    def system(
        self, channel_id: int, author_id: int | None = None, kind: int = MessageKind.JOIN
    ) -> Message:
        """Let Discord itself write that somebody joined, or something of the kind."""
        place = self._world.places[channel_id]
        draft = Draft(kind=MessageKind(kind))
        return self._world.post(place.id, self._who(author_id), draft)

    def edit(self, message_id: int, content: str) -> Message:
        """Change what a message says, and whom it mentions."""
        message = self._world.messages[message_id]
        mentions = mentioned(self._world, content, {}, message.reference)
        return self._world.edit(replace(message, content=content, mentions=mentions))

    def delete(self, message_id: int) -> None:
        """Delete a message."""
        self._world.delete(self._world.messages[message_id])

    def unfurl(self, message_id: int, embed: Json) -> None:
        """Let Discord add what it found behind a link, a while after the message."""
        self._world.unfurl(self._world.messages[message_id], embed)

    def bulk_delete(self, message_ids: Sequence[int]) -> None:
        """Delete several messages of one channel at once, as a moderator does."""
        messages = tuple(self._world.messages[one] for one in message_ids)
        if len({one.channel_id for one in messages}) != 1:
            raise ValueError(message_ids)
        self._world.delete_bulk(messages)

    def post(
        self,
        channel_id: int,
        title: str,
        content: str = "",
        *,
        files: Sequence[File] = (),
        author_id: int | None = None,
    ) -> Message:
        """Post to a forum: a thread, and in it a first message of the same id."""
        world, author = self._world, self._who(author_id)
        forum = world.channel(channel_id)
        if forum.kind is not ChannelKind.FORUM:
            raise ValueError(channel_id)
        thread = world.open_thread(forum, author, title, ThreadKind.PUBLIC)
        mentions = mentioned(world, content, {}, None)
        draft = Draft(content=content, files=tuple(files), mentions=mentions)
        return world.post(thread.id, author, draft, thread.id)

    def start_thread(self, message_id: int, name: str, *, author_id: int | None = None) -> Thread:
        """Make a thread from a message."""
        starter = self._world.messages[message_id]
        return self._world.start_thread(starter, self._who(author_id), name, minutes=1440)

    def _where(self, channel_id: int | None, target: Message | None) -> int:
        if channel_id is not None:
            return channel_id
        return target.channel_id if target else self._world.general.id

    def _who(self, author_id: int | None) -> int:
        return self._world.users[author_id].id if author_id else self._world.person.id


def _forwarding(draft: Draft, original: Message) -> Draft:
    if draft.reference:
        raise ValueError(original.id)
    return replace(
        draft,
        flags=MessageFlag.HAS_SNAPSHOT,
        reference=Reference(original.channel_id, original.id, forward=True),
        snapshot=original.snapshot or original,
    )
