"""REST about channels of any kind."""

from .calls import NO_CONTENT, Call, Reply, Routes
from .permissions import Permission
from .places import Thread


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


ROUTES: Routes = {
    ("GET", "/channels/{channel_id}"): channel,
    ("POST", "/channels/{channel_id}/typing"): typing,
}
