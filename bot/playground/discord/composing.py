"""A form about a message, checked as Discord checks it and made into a draft."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .calls import Call, snowflake
from .components import check_components
from .embeds import check_embeds
from .files import Attachment, File
from .permissions import Permission
from .places import ChannelKind, Place, TextChannel, Thread
from .refusals import invalid, refusal, too_long
from .state import PLAIN, Json, Message, MessageFlag, MessageKind, Reference
from .world import Draft, World

# Discord's own document says 4,000; bots are held to 2,000.
CONTENT_LIMIT = 2000
NONCE_LIMIT = 25
UPLOAD_LIMIT = 10 * 1024 * 1024
MOST_UPLOADS = 10

_MENTION = re.compile(r"<@!?(\d+)>")
SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
)
# Once a message is made of components, or for one person only, it stays so.
_LASTING = MessageFlag.COMPONENTS_V2 | MessageFlag.EPHEMERAL


def talk(call: Call) -> Place:
    """Return the place that is meant once the bot may write there."""
    place = call.place()
    if isinstance(place, TextChannel) and place.kind is ChannelKind.FORUM:
        raise refusal(50008)
    if not isinstance(place, Thread):
        return call.place(Permission.SEND_MESSAGES, *attaching(call))
    call.place(Permission.SEND_MESSAGES_IN_THREADS, *attaching(call))
    if place.locked:
        raise refusal(160005)
    return place


def attaching(call: Call) -> tuple[Permission, ...]:
    """Return what a call needs for the files it brings along."""
    return (Permission.ATTACH_FILES,) if call.uploads else ()


def draft_from(call: Call, place: Place, *, settable: MessageFlag = SETTABLE) -> Draft:
    """Read the form of a new message."""
    form = call.form
    _check_texts(form)
    files = _uploads(call)
    embeds = tuple(form.get("embeds") or ())
    components = tuple(form.get("components") or ())
    content = (form.get("content") or "").strip()
    if not (content or files or embeds or components):
        raise refusal(50006)
    reference = _reference(call, place)
    mentions = mentioned(call.world, content, form, reference)
    return Draft(
        content=content,
        files=files,
        embeds=embeds,
        components=components,
        mentions=mentions,
        mention_everyone=_mentions_everyone(content, form),
        kind=MessageKind.REPLY if reference else MessageKind.DEFAULT,
        flags=MessageFlag(form.get("flags") or 0) & settable,
        reference=reference,
        nonce=form.get("nonce"),
    )


def revised(call: Call, message: Message) -> Message:
    """Read the form of an edit; what it does not name stays."""
    form = call.form
    _check_texts(form, message.flags)
    content = (form["content"] or "").strip() if "content" in form else message.content
    attachments = tuple(_kept(call, message)) + tuple(map(call.world.attach, _uploads(call)))
    changed = replace(
        message,
        content=content,
        embeds=_parts(form, "embeds", message.embeds),
        components=_parts(form, "components", message.components),
        attachments=attachments,
        flags=_flags(form, message.flags),
        mentions=mentioned(call.world, content, form, message.reference),
        mention_everyone=_mentions_everyone(content, form),
    )
    if not (changed.content or changed.attachments or changed.embeds or changed.components):
        raise refusal(50006)
    return changed


def _parts(form: Json, name: str, before: tuple[Json, ...]) -> tuple[Json, ...]:
    return tuple(form[name] or ()) if name in form else before


def _flags(form: Json, before: MessageFlag) -> MessageFlag:
    if form.get("flags") is None:
        return before & ~MessageFlag.LOADING
    return MessageFlag(form["flags"]) & SETTABLE | before & _LASTING


def _kept(call: Call, message: Message) -> Iterable[Attachment]:
    if call.form.get("attachments") is None:
        return message.attachments
    named = {str(one.get("id")) for one in call.form["attachments"]}
    return (one for one in message.attachments if str(one.id) in named)


def _check_texts(form: Json, before: MessageFlag = PLAIN) -> None:
    content: Any = form.get("content") or ""
    if not isinstance(content, str):
        raise invalid("content", "BASE_TYPE_STRING", "Must be a string.")
    embeds: list[Json] = form.get("embeds") or []
    flags = MessageFlag(form.get("flags") or 0) | before
    if MessageFlag.COMPONENTS_V2 in flags and (content or embeds):
        raise invalid(
            "content" if content else "embeds",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    if len(content) > CONTENT_LIMIT:
        raise too_long("content", CONTENT_LIMIT)
    if len(str(form.get("nonce") or "")) > NONCE_LIMIT:
        raise too_long("nonce", NONCE_LIMIT)
    check_embeds(embeds)
    if form.get("components"):
        check_components(form["components"], is_layout=MessageFlag.COMPONENTS_V2 in flags)


def _uploads(call: Call) -> tuple[File, ...]:
    files = tuple(call.uploads.values())
    if not files:
        return ()
    if len(files) > MOST_UPLOADS:
        raise too_long("attachments", MOST_UPLOADS)
    if any(file.path.stat().st_size > UPLOAD_LIMIT for file in files):
        raise refusal(40005)
    return files


def _reference(call: Call, place: Place) -> Reference | None:
    asked = call.form.get("message_reference")
    if not asked:
        return None
    if Permission.READ_MESSAGE_HISTORY not in call.world.granted(place):
        raise refusal(160002)
    identity = snowflake(asked.get("message_id"), "message_reference.message_id")
    target = call.world.find(place.id, identity)
    if target is None:
        if asked.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    if target.kind.is_system:
        raise invalid(
            "message_reference",
            "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE",
            "Cannot reply to a system message",
        )
    return Reference(place.id, target.id)


def mentioned(
    world: World, content: str, form: Json, reference: Reference | None
) -> tuple[int, ...]:
    """Return whom a message calls, by its text and the author's `allowed_mentions`."""
    allowed = form.get("allowed_mentions")
    named = [int(one) for one in _MENTION.findall(content) if int(one) in world.users]
    if allowed is not None and "users" not in (allowed.get("parse") or ()):
        listed = {int(one) for one in allowed.get("users") or ()}
        named = [one for one in named if one in listed]
    answered = world.messages.get(reference.message_id) if reference else None
    # Replying to what answered an interaction calls nobody, unlike to an ordinary message.
    if answered and not answered.origin and (allowed is None or allowed.get("replied_user")):
        named.append(answered.author_id)
    return tuple(dict.fromkeys(named))


def _mentions_everyone(content: str, form: Json) -> bool:
    allowed = form.get("allowed_mentions")
    calls = "@everyone" in content or "@here" in content
    return calls and (allowed is None or "everyone" in (allowed.get("parse") or ()))
