"""Messages as Discord's JSON."""

from . import gating
from .components import numbered
from .files import Attachment, AttachmentFlag
from .interactions import Command, Interaction, MessageCommand, Press, Submission
from .links import Links
from .place_payloads import Places, user_payload
from .places import Thread
from .snowflakes import moment
from .state import Json, Message, MessageFlag, Reference
from .world import World


def emoji_payload(emoji: str) -> Json:
    """Write an emoji, custom when it is `name:id`."""
    name, _, identity = emoji.partition(":")
    return {"id": identity or None, "name": name}


class Payloads:
    """Write messages, and through `places` where they stand."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self.links = links
        self.places = Places(world)

    def message(self, message: Message, *, sees_all: bool) -> Json:
        """Write a message, emptied unless the reader sees all or may read this one."""
        direct = self._world.is_direct(message.channel_id)
        is_open = sees_all or gating.is_open(message, bot_id=self._world.bot.id, direct=direct)
        opens_snapshots = sees_all or direct or (is_open and self._world.shows_snapshots)
        payload = self._whole(message)
        if message.snapshot:
            payload |= self._snapshot(message.snapshot, is_open=opens_snapshots)
        if message.reference and not message.reference.forward:
            shown = sees_all or (is_open and self._world.shows_referenced)
            payload |= self._referenced(message.reference, sees_all=shown)
        return payload if is_open else gating.emptied(payload)

    def _whole(self, message: Message) -> Json:
        users = self._world.users
        thread, author = self._thread_of(message), users[message.author_id]
        return {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "author": user_payload(author),
            "timestamp": moment(message.id).isoformat(),
            "edited_timestamp": message.edited and message.edited.isoformat(),
            "mentions": [user_payload(users[one]) for one in message.mentions],
            "mention_roles": [],
            "mention_everyone": message.mention_everyone,
            "pinned": False,
            "tts": False,
            **self._substance(message),
            **({"flags": message.flags | MessageFlag.HAS_THREAD} if thread else {}),
            **({"thread": self.places.thread(thread)} if thread else {}),
            **({"webhook_id": str(author.id)} if author.webhook else {}),
            **({"nonce": message.nonce} if message.nonce is not None else {}),
            **({"reactions": self._reactions(message)} if message.reactions else {}),
            **(self._reference(message.reference) if message.reference else {}),
            **(self._origin(message.origin) if message.origin else {}),
        }

    def _thread_of(self, message: Message) -> Thread | None:
        # What a forum's post begins with has the id of its thread and lies in it.
        place = self._world.places.get(message.id)
        return place if isinstance(place, Thread) and place.id != message.channel_id else None

    def _substance(self, message: Message) -> Json:
        hidden = MessageFlag.SUPPRESS_EMBEDS in message.flags
        return {
            "type": message.kind,
            "content": message.content,
            "attachments": [
                self._attachment(one, self.links.to(message.channel_id, one))
                for one in message.attachments
            ],
            "embeds": [] if hidden else [{"type": "rich", **embed} for embed in message.embeds],
            "components": numbered(message.components),
            "flags": message.flags,
        }

    def upload(self, attachment: Attachment) -> Json:
        """Write what was given to the app and is in no message."""
        url = self.links.to_upload(self._world.bot.id, attachment)
        return self._attachment(attachment, url) | {"ephemeral": True}

    def _attachment(self, attachment: Attachment, url: str) -> Json:
        kind, seconds = attachment.content_type, attachment.seconds
        return {
            "id": str(attachment.id),
            "filename": attachment.name,
            "size": attachment.size,
            "url": url,
            "proxy_url": url,
            **({"content_type": kind} if kind else {}),
            **({"title": attachment.title} if attachment.title else {}),
            **({"flags": AttachmentFlag.SPOILER} if attachment.spoiler else {}),
            **({"duration_secs": seconds} if seconds is not None else {}),
        }

    def _reference(self, reference: Reference) -> Json:
        place = {
            "type": int(reference.forward),
            "channel_id": str(reference.channel_id),
            "message_id": str(reference.message_id),
        }
        return {"message_reference": place | self.places.guild_part(reference.channel_id)}

    def _referenced(self, reference: Reference, *, sees_all: bool) -> Json:
        target = self._world.messages.get(reference.message_id)
        if target is None:
            return {"referenced_message": None}
        payload = self.message(target, sees_all=sees_all)
        payload.pop("referenced_message", None)
        return {"referenced_message": payload}

    def _snapshot(self, message: Message, *, is_open: bool) -> Json:
        kept: Json = {
            "timestamp": moment(message.id).isoformat(),
            "edited_timestamp": message.edited and message.edited.isoformat(),
            "mentions": [],
            "mention_roles": [],
        }
        substance = self._substance(message)
        shown = kept | (substance if is_open else gating.emptied(substance))
        return {"message_snapshots": [{"message": shown}]}

    def _origin(self, interaction: Interaction) -> Json:
        app_id = str(self._world.bot.id)
        metadata = self._metadata(interaction)
        return {"application_id": app_id, "webhook_id": app_id, "interaction_metadata": metadata}

    def _metadata(self, interaction: Interaction) -> Json:
        first = interaction.original_id
        metadata: Json = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "user": user_payload(self._world.users[interaction.user_id]),
            "authorizing_integration_owners": self.places.installed_by(interaction),
            **({"original_response_message_id": str(first)} if first else {}),
        }
        match interaction.cause:
            case Press(message_id):
                return metadata | {"interacted_message_id": str(message_id)}
            case MessageCommand(_, target_id):
                return metadata | {"target_message_id": str(target_id)}
            case Submission(source):
                return metadata | {"triggering_interaction_metadata": self._metadata(source)}
            case Command():
                return metadata

    def _reactions(self, message: Message) -> list[Json]:
        counts: dict[str, list[int]] = {}
        for reaction in message.reactions:
            counts.setdefault(reaction.emoji, []).append(reaction.user_id)
        return [
            {
                "emoji": emoji_payload(emoji),
                "count": len(users),
                "count_details": {"burst": 0, "normal": len(users)},
                "burst_colors": [],
                "me_burst": False,
                "me": self._world.bot.id in users,
            }
            for emoji, users in counts.items()
        ]
