"""REST about channels and threads."""

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
from .refusals import invalid, refusal
from .state import Message, MessageKind, Thread

THREAD_NAME_LIMIT = 100
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


def channel(call: Call) -> Reply:
    """Describe a channel of any kind."""
    return Reply(200, call.payloads.places.place(call.place()))


def typing(call: Call) -> Reply:
    """Show that the bot is writing."""
    place = call.place()
    talking = (
        Permission.SEND_MESSAGES_IN_THREADS
        if isinstance(place, Thread)
        else Permission.SEND_MESSAGES
    )
    call.place(talking)
    return NO_CONTENT


def start_thread(call: Call) -> Reply:
    """Make a thread from a message."""
    place = channel_of(call.place())
    starter = call.message(place)
    call.place(Permission.CREATE_PUBLIC_THREADS)
    name, minutes = _thread_form(call)
    _refuse_thread(call, starter)
    thread = call.world.start_thread(starter, call.world.bot.id, name, minutes)
    return Reply(201, call.payloads.places.thread(thread))


def _thread_form(call: Call) -> tuple[str, int]:
    name = str(call.form.get("name") or "").strip()
    if not 1 <= len(name) <= THREAD_NAME_LIMIT:
        words = f"Must be between 1 and {THREAD_NAME_LIMIT} in length."
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", words)
    minutes = call.form.get("auto_archive_duration") or ARCHIVE_MINUTES[1]
    if minutes not in ARCHIVE_MINUTES:
        words = f"Value must be one of {ARCHIVE_MINUTES}."
        raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", words)
    return name, minutes


def _refuse_thread(call: Call, starter: Message) -> None:
    if starter.kind is MessageKind.THREAD_STARTER:
        raise refusal(50068)
    if starter.id in call.world.places:
        raise refusal(160004)
    if call.world.thread_cap_reached:
        raise refusal(160006)


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
    if user_id not in call.world.users:
        raise refusal(10013)
    return user_id


ROUTES: Routes = {
    ("GET", "/channels/{channel_id}"): channel,
    ("POST", "/channels/{channel_id}/typing"): typing,
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): start_thread,
    ("GET", "/channels/{channel_id}/thread-members"): members,
    ("PUT", "/channels/{channel_id}/thread-members/@me"): add_member,
    ("GET", "/channels/{channel_id}/thread-members/{user_id}"): member,
    ("PUT", "/channels/{channel_id}/thread-members/{user_id}"): add_member,
}
