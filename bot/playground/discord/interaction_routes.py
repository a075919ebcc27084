"""REST about interactions: the first answer, and what follows it.

A token in the path is all that these calls need.
"""

from dataclasses import replace
from typing import Any

from . import modals
from .calls import NO_CONTENT, Call, Reply, Routes, snowflake
from .composing import SETTABLE, draft_from, revised
from .interaction_payloads import InteractionPayloads
from .interactions import Callback, Interaction, MessageCommand, Press, Submission
from .refusals import bad_length, invalid, refusal, too_long
from .state import Json, Message, MessageFlag, MessageKind, Reference
from .world import Draft

# Where a form does not say, people are called and nobody else; in channels everybody is.
_QUIET: Json = {"allowed_mentions": {"parse": ["users"]}}
# Of an app that is there only because somebody installed it.
MOST_FOLLOW_UPS = 5
MOST_CHOICES, CHOICE_LIMIT = 25, 100


def respond(call: Call) -> Reply:
    """Answer an interaction for the first time."""
    interaction = _unanswered(call)
    kind = _callback(call.form.get("type"), interaction)
    form = _with_form(call, call.form.get("data") or {})
    answered = replace(_after_effect(form, interaction, kind), answer=kind)
    call.world.answer(answered)
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
    return _still_there(call, interaction)


def _still_there(call: Call, interaction: Interaction) -> Interaction:
    if interaction.channel_id not in call.world.places:
        raise refusal(10003)
    return interaction


def _callback(number: Any, interaction: Interaction) -> Callback:
    allowed = sorted(interaction.allowed)
    for one in allowed:
        if one == number:
            return one
    words = f"Value must be one of {tuple(map(int, allowed))}."
    raise invalid("type", "BASE_TYPE_CHOICES", words)


def _with_form(call: Call, form: Any) -> Call:
    if not isinstance(form, dict):
        raise refusal(50109)
    return replace(call, body={**_QUIET, **form})


def _after_effect(call: Call, interaction: Interaction, kind: Callback) -> Interaction:
    """Do what a callback asks and return the interaction as it then stands."""
    match kind:
        case Callback.MESSAGE:
            written = _write(call, interaction)
            return replace(interaction, original_id=written.id)
        case Callback.DEFERRED_MESSAGE:
            flags = MessageFlag(call.form.get("flags") or 0) & MessageFlag.EPHEMERAL
            written = _post(call, interaction, Draft(flags=flags | MessageFlag.LOADING))
            return replace(interaction, original_id=written.id)
        case Callback.DEFERRED_UPDATE:
            return replace(interaction, original_id=interaction.message_id)
        case Callback.UPDATE:
            pressed = call.world.messages.get(interaction.message_id or 0)
            if pressed is None:
                raise refusal(10008)
            edited = call.world.edit(revised(call, pressed))
            return replace(interaction, original_id=edited.id)
        case Callback.CHOICES:
            return replace(interaction, choices=tuple(_choices(call.form)))
        case Callback.MODAL:
            asked = {key: value for key, value in call.form.items() if key not in _QUIET}
            return replace(interaction, modal=modals.checked(asked))


def _choices(form: Json) -> list[Json]:
    choices: list[Json] = form.get("choices") or []
    if len(choices) > MOST_CHOICES:
        raise too_long("data.choices", MOST_CHOICES)
    for place, one in enumerate(choices):
        if not 1 <= len(str(one.get("name") or "")) <= CHOICE_LIMIT:
            raise bad_length(f"data.choices.{place}.name", CHOICE_LIMIT)
    return choices


def _write(call: Call, interaction: Interaction) -> Message:
    place = call.world.places[interaction.channel_id]
    draft = draft_from(call, place, settable=SETTABLE | MessageFlag.EPHEMERAL)
    return _post(call, interaction, draft)


def _post(call: Call, interaction: Interaction, draft: Draft) -> Message:
    kind, about = _reply(interaction)
    seen = call.world.shows_apps(call.world.places[interaction.channel_id])
    reply = replace(
        draft,
        flags=draft.flags if seen else draft.flags | MessageFlag.EPHEMERAL,
        kind=kind,
        reference=None if about is None else Reference(interaction.channel_id, about),
        origin=interaction,
    )
    return call.world.post(interaction.channel_id, call.world.bot.id, reply)


def _reply(interaction: Interaction) -> tuple[MessageKind, int | None]:
    """Return what sort of message an answer is, and what it points at."""
    began = interaction
    while isinstance(began.cause, Submission):
        began = began.cause.source
    match began.cause:
        case _ if interaction.original_id is not None:
            return MessageKind.REPLY, interaction.original_id
        case Press(message_id):
            return MessageKind.REPLY, message_id
        case MessageCommand(_, target_id):
            return MessageKind.MESSAGE_COMMAND, target_id
        case _:
            return MessageKind.SLASH_COMMAND, None


def follow_up(call: Call) -> Reply:
    """Write one more message, or the one that was promised."""
    interaction = _still_there(call, _answered(call))
    form = _with_form(call, call.form)
    promised = call.world.messages.get(interaction.original_id or 0)
    if promised and MessageFlag.LOADING in promised.flags:
        return Reply(200, call.shown(call.world.edit(revised(form, promised))))
    has_bot = call.world.has_bot(call.world.places[interaction.channel_id])
    if not has_bot and interaction.follow_ups >= MOST_FOLLOW_UPS:
        raise refusal(40094)
    written = _write(form, interaction)
    call.world.interactions.count_follow_up(interaction)
    return Reply(200, call.shown(written))


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
    identity = interaction.original_id if named is None else snowflake(named, "message_id")
    found = call.world.messages.get(identity or 0)
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
