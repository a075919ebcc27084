"""REST about interactions: the first answer, and what follows it.

A token in the path is all that these calls need.
"""

from dataclasses import replace
from typing import Any

from .calls import NO_CONTENT, Call, Reply, Routes, snowflake
from .composing import SETTABLE, draft_from, revised
from .interaction_payloads import InteractionPayloads
from .interactions import Callback, Interaction
from .refusals import invalid, refusal
from .state import Json, Message, MessageFlag, MessageKind, Reference
from .world import Draft

# Where a form does not say, people are called and nobody else; in channels everybody is.
_QUIET: Json = {"allowed_mentions": {"parse": ["users"]}}


def respond(call: Call) -> Reply:
    """Answer an interaction for the first time."""
    interaction = _unanswered(call)
    kind = _callback(call.form.get("type"))
    form = _with_form(call, call.form.get("data") or {})
    original_id = _take_effect(form, interaction, kind)
    answered = call.world.answer(interaction, kind, original_id)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return NO_CONTENT
    return Reply(200, InteractionPayloads(call.world, call.payloads).answered(answered))


def _unanswered(call: Call) -> Interaction:
    identity = snowflake(call.path["interaction_id"], "interaction_id")
    interaction = call.world.interactions.find(identity, call.path["interaction_token"])
    if interaction is None:
        raise refusal(10062)
    if interaction.answer is not None:
        raise refusal(40060)
    if not call.world.interactions.waits(interaction):
        raise refusal(10062)
    return interaction


def _callback(number: Any) -> Callback:
    try:
        return Callback(number)
    except ValueError:
        words = f"Value must be one of {tuple(map(int, Callback))}."
        raise invalid("type", "BASE_TYPE_CHOICES", words) from None


def _with_form(call: Call, form: Any) -> Call:
    if not isinstance(form, dict):
        raise refusal(50109)
    return replace(call, body={**_QUIET, **form})


def _take_effect(call: Call, interaction: Interaction, kind: Callback) -> int:
    """Do what a callback asks and return the id of the message it is about."""
    match kind:
        case Callback.MESSAGE:
            return _write(call, interaction).id
        case Callback.DEFERRED_MESSAGE:
            flags = MessageFlag(call.form.get("flags") or 0) & MessageFlag.EPHEMERAL
            return _post(call, interaction, Draft(flags=flags | MessageFlag.LOADING)).id
        case Callback.DEFERRED_UPDATE:
            return interaction.message_id
        case Callback.UPDATE:
            pressed = call.world.messages.get(interaction.message_id)
            if pressed is None:
                raise refusal(10008)
            return call.world.edit(revised(call, pressed)).id


def _write(call: Call, interaction: Interaction) -> Message:
    place = call.world.places[interaction.channel_id]
    draft = draft_from(call, place, settable=SETTABLE | MessageFlag.EPHEMERAL)
    return _post(call, interaction, draft)


def _post(call: Call, interaction: Interaction, draft: Draft) -> Message:
    about = interaction.original_id or interaction.message_id
    reply = replace(
        draft,
        kind=MessageKind.REPLY,
        reference=Reference(interaction.channel_id, about),
        origin=interaction,
    )
    return call.world.post(interaction.channel_id, call.world.bot.id, reply)


def follow_up(call: Call) -> Reply:
    """Write one more message, or the one that was promised."""
    interaction = _answered(call)
    form = _with_form(call, call.form)
    promised = call.world.messages.get(interaction.original_id or 0)
    if promised and MessageFlag.LOADING in promised.flags:
        return Reply(200, call.shown(call.world.edit(revised(form, promised))))
    return Reply(200, call.shown(_write(form, interaction)))


def message(call: Call) -> Reply:
    """Show a message of an interaction."""
    return Reply(200, call.shown(_message(call)))


def edit(call: Call) -> Reply:
    """Change a message of an interaction."""
    found = _message(call)
    changed = revised(_with_form(call, call.form), found)
    return Reply(200, call.shown(call.world.edit(changed)))


def delete(call: Call) -> Reply:
    """Remove a message of an interaction."""
    call.world.delete(_message(call))
    return NO_CONTENT


def _answered(call: Call) -> Interaction:
    if snowflake(call.path["webhook_id"], "webhook_id") != call.world.bot.id:
        raise refusal(10015)
    interaction = call.world.interactions.with_token(call.path["webhook_token"])
    if interaction is None or not call.world.interactions.lasts(interaction):
        raise refusal(50027)
    if interaction.answer is None:
        raise refusal(10015)
    return interaction


def _message(call: Call) -> Message:
    interaction = _answered(call)
    named = call.path.get("message_id")
    identity = snowflake(interaction.original_id if named is None else named, "message_id")
    found = call.world.messages.get(identity)
    if found is None or not _belongs(found, interaction):
        raise refusal(10008)
    return found


def _belongs(message: Message, interaction: Interaction) -> bool:
    if message.id == interaction.message_id:
        return True
    return message.origin is not None and message.origin.id == interaction.id


_MESSAGES = "/webhooks/{webhook_id}/{webhook_token}/messages"

ROUTES: Routes = {
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"): respond,
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): follow_up,
    ("GET", _MESSAGES + "/@original"): message,
    ("PATCH", _MESSAGES + "/@original"): edit,
    ("DELETE", _MESSAGES + "/@original"): delete,
    ("GET", _MESSAGES + "/{message_id}"): message,
    ("PATCH", _MESSAGES + "/{message_id}"): edit,
    ("DELETE", _MESSAGES + "/{message_id}"): delete,
}
