"""The ways Discord says no, with its own codes."""

from .state import Json


class Refusal(Exception):
    """A call that Discord would turn down."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body: Json = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


# The codes and their words are those of Discord's table "JSON Error Codes".
_WORDS = {
    10003: (404, "Unknown Channel"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30046: (400, "Maximum number of edits to messages older than 1 hour reached."),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow-up messages"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50068: (400, "Invalid message type"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    160007: (400, "Maximum number of active announcement threads reached"),
}


def refusal(code: int) -> Refusal:
    """Make the refusal that a code stands for."""
    status, words = _WORDS[code]
    return Refusal(status, code, words)


def words_of(code: int) -> str:
    """Return what Discord says with a code, nothing for one that is unknown here."""
    return _WORDS.get(code, (0, ""))[1]


def invalid(field: str, code: str, message: str) -> Refusal:
    """Refuse a form for one of its fields, named with dots where it lies deeper."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for name in reversed(field.split(".")):
        errors = {name: errors}
    return Refusal(400, 50035, "Invalid Form Body", errors)


def too_long(field: str, limit: int) -> Refusal:
    """Refuse a text for its length."""
    return invalid(field, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def bad_length(field: str, limit: int) -> Refusal:
    """Refuse what is empty or too long."""
    return invalid(field, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {limit} in length.")


UNAUTHORIZED = (401, "401: Unauthorized")
NOT_FOUND = (404, "404: Not Found")


def general(kind: tuple[int, str]) -> Refusal:
    """Refuse what never reached a route."""
    status, words = kind
    return Refusal(status, 0, words)
