"""REST about threads: making, changing and joining them."""

from dataclasses import replace

from .calls import (
    NO_CONTENT,
    Call,
    Reply,
    Routes,
    channel_of,
    refuse_archived,
    snowflake,
    thread_of,
)
from .permissions import Permission
from .place_payloads import thread_member_payload
from .places import ChannelKind, TextChannel, Thread
from .refusals import invalid, refusal
from .state import Json, Message

NAME_LIMIT = 100
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


def start_thread(call: Call) -> Reply:
    """Make a thread from a message."""
    channel = channel_of(call.place())
    starter = call.message(channel)
    call.place(Permission.CREATE_PUBLIC_THREADS)
    name, minutes = _name(call.form), _minutes(call.form)
    _refuse_thread(call, channel, starter)
    thread = call.world.start_thread(starter, call.world.bot.id, name, minutes)
    return Reply(201, call.payloads.places.thread(thread))


def _name(form: Json) -> str:
    name = str(form.get("name") or "").strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        words = f"Must be between 1 and {NAME_LIMIT} in length."
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", words)
    return name


def _minutes(form: Json) -> int:
    minutes = form.get("auto_archive_duration") or ARCHIVE_MINUTES[1]
    if minutes not in ARCHIVE_MINUTES:
        words = f"Value must be one of {ARCHIVE_MINUTES}."
        raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", words)
    return minutes


def _refuse_thread(call: Call, channel: TextChannel, starter: Message) -> None:
    if starter.kind.is_system:
        raise refusal(50068)
    if starter.id in call.world.places:
        raise refusal(160004)
    if call.world.thread_cap_reached:
        raise refusal(160007 if channel.kind is ChannelKind.ANNOUNCEMENT else 160006)


def change(call: Call) -> Reply:
    """Archive, wake, lock or rename a thread."""
    thread = call.place()
    if not isinstance(thread, Thread):
        # A server's own channel is changed by who may manage it, which the bot may not.
        raise refusal(50013)
    changed = _changed(call.form, thread)
    _refuse_change(call, thread, changed)
    if changed != thread:
        call.world.set_thread(changed)
    return Reply(200, call.payloads.places.thread(changed))


def _changed(form: Json, thread: Thread) -> Thread:
    given = {key for key, value in form.items() if value is not None}
    minutes = thread.auto_archive_minutes
    return replace(
        thread,
        name=_name(form) if "name" in given else thread.name,
        auto_archive_minutes=_minutes(form) if "auto_archive_duration" in given else minutes,
        archived=bool(form["archived"]) if "archived" in given else thread.archived,
        locked=bool(form["locked"]) if "locked" in given else thread.locked,
    )


def _refuse_change(call: Call, thread: Thread, changed: Thread) -> None:
    """Refuse what only others may do.

    Whoever may talk in a thread may wake it, unless it is locked; its owner may do the rest,
    except lock it. An archived thread can only be woken, with other changes or without.
    """
    woken = thread.archived and not changed.archived
    if thread.locked or changed.locked:
        call.place(Permission.MANAGE_THREADS)
    if thread.archived and not woken:
        raise refusal(50083)
    if woken:
        call.place(Permission.SEND_MESSAGES_IN_THREADS)
    more = changed != (replace(thread, archived=False) if woken else thread)
    if more and thread.owner_id != call.world.bot.id:
        call.place(Permission.MANAGE_THREADS)


def members(call: Call) -> Reply:
    """List a thread's members."""
    thread = thread_of(call.place())
    found = sorted(call.world.members(thread.id))
    return Reply(200, [thread_member_payload(thread, one) for one in found])


def member(call: Call) -> Reply:
    """Describe one member of a thread."""
    thread, user_id = thread_of(call.place()), _user_id(call)
    if user_id not in call.world.members(thread.id):
        raise refusal(10007)
    return Reply(200, thread_member_payload(thread, user_id))


def add_member(call: Call) -> Reply:
    """Let somebody, or the bot itself, join a thread."""
    thread, user_id = thread_of(call.place()), _user_id(call)
    refuse_archived(thread)
    if user_id != call.world.bot.id:
        call.place(Permission.SEND_MESSAGES_IN_THREADS)
    call.world.join(thread, user_id)
    return NO_CONTENT


def _user_id(call: Call) -> int:
    user_id = snowflake(call.path.get("user_id", call.world.bot.id), "user_id")
    found = call.world.users.get(user_id)
    if found is None or found.webhook:
        raise refusal(10013)
    return user_id


ROUTES: Routes = {
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): start_thread,
    ("PATCH", "/channels/{channel_id}"): change,
    ("GET", "/channels/{channel_id}/thread-members"): members,
    ("PUT", "/channels/{channel_id}/thread-members/@me"): add_member,
    ("GET", "/channels/{channel_id}/thread-members/{user_id}"): member,
    ("PUT", "/channels/{channel_id}/thread-members/{user_id}"): add_member,
}
