"""REST about messages: reading, writing, reacting, and renewing links."""

from itertools import islice
from urllib.parse import urlsplit

from .calls import NO_CONTENT, Call, Reply, Routes, refuse_archived, snowflake
from .composing import attaching, draft_from, revised, talk
from .permissions import Permission
from .refusals import invalid, refusal
from .state import Json, Message, Reaction

DEFAULT_PAGE, LONGEST_PAGE = 50, 100
MOST_LINKS = 50


def messages(call: Call) -> Reply:
    """List a channel's messages, newest first."""
    place = call.place()
    if Permission.READ_MESSAGE_HISTORY not in call.world.granted(place):
        return Reply(200, [])
    found = _page(call.world.history(place.id), call)
    return Reply(200, [call.shown(message) for message in found])


def _page(history: list[Message], call: Call) -> list[Message]:
    limit = snowflake(call.query.get("limit", DEFAULT_PAGE), "limit")
    if not 1 <= limit <= LONGEST_PAGE:
        raise invalid(
            "limit", "NUMBER_TYPE_RANGE", f"int value should be between 1 and {LONGEST_PAGE}."
        )
    marks = {key: snowflake(call.query[key], key) for key in _PAGE_MARKS & call.query.keys()}
    newest_first = history[::-1]
    if "after" in marks:
        later = (one for one in history if one.id > marks["after"])
        return list(islice(later, limit))[::-1]
    if "around" in marks:
        middle = sum(one.id < marks["around"] for one in history)
        start = max(middle - limit // 2, 0)
        return history[start : start + limit][::-1]
    before = marks.get("before")
    return [one for one in newest_first if before is None or one.id < before][:limit]


_PAGE_MARKS = {"after", "around", "before"}


def message(call: Call) -> Reply:
    """Show one message."""
    place = call.place()
    if Permission.READ_MESSAGE_HISTORY not in call.world.granted(place):
        raise refusal(50001)
    return Reply(200, call.shown(call.message(place)))


def create(call: Call) -> Reply:
    """Write a message, or return the one already written under the same nonce."""
    place = talk(call)
    draft = draft_from(call, place)
    known = call.world.sent_with(place.id, draft.nonce) if draft.nonce is not None else None
    if known and call.form.get("enforce_nonce"):
        return Reply(200, call.shown(known))
    return Reply(200, call.shown(call.world.post(place.id, call.world.bot.id, draft)))


def edit(call: Call) -> Reply:
    """Change one of the bot's own messages."""
    place = call.place(*attaching(call))
    found = call.message(place)
    if found.author_id != call.world.bot.id:
        raise refusal(50005)
    refuse_archived(place)
    return Reply(200, call.shown(call.world.edit(revised(call, found))))


def delete(call: Call) -> Reply:
    """Remove a message."""
    place = call.place()
    found = call.message(place)
    if found.author_id != call.world.bot.id:
        if call.world.is_direct(place.id):
            raise refusal(50003)
        call.place(Permission.MANAGE_MESSAGES)
    refuse_archived(place)
    call.world.delete(found)
    return NO_CONTENT


def react(call: Call) -> Reply:
    """Put the bot's reaction on a message."""
    found = _reactable(call)
    call.place(Permission.READ_MESSAGE_HISTORY, Permission.ADD_REACTIONS)
    call.world.react(found, _reaction(call))
    return NO_CONTENT


def unreact(call: Call) -> Reply:
    """Take the bot's reaction off a message."""
    call.world.unreact(_reactable(call), _reaction(call))
    return NO_CONTENT


def _reactable(call: Call) -> Message:
    place = call.place()
    refuse_archived(place)
    return call.message(place)


def _reaction(call: Call) -> Reaction:
    emoji = call.path["emoji_name"]
    name, _, identity = emoji.partition(":")
    if name.isascii() and not identity.isdecimal():
        raise refusal(10014)
    return Reaction(emoji, call.world.bot.id)


def refresh_links(call: Call) -> Reply:
    """Return fresh links for old ones."""
    urls: list[str] = call.form.get("attachment_urls") or []
    if not 1 <= len(urls) <= MOST_LINKS:
        words = f"Must be between 1 and {MOST_LINKS} in length."
        raise invalid("attachment_urls", "BASE_TYPE_BAD_LENGTH", words)
    refreshed: list[Json] = [
        {"original": url, "refreshed": call.payloads.links.sign(urlsplit(url).path)} for url in urls
    ]
    return Reply(200, {"refreshed_urls": refreshed})


ROUTES: Routes = {
    ("GET", "/channels/{channel_id}/messages"): messages,
    ("POST", "/channels/{channel_id}/messages"): create,
    ("GET", "/channels/{channel_id}/messages/{message_id}"): message,
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): edit,
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): delete,
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"): react,
    ("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"): unreact,
    ("POST", "/attachments/refresh-urls"): refresh_links,
}
