"""What has been said, as its readers see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MEGABYTE = 1_000_000
READABLE = (0, 19)  # a message and a reply; other kinds are Discord's own notes


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    id: int
    place: int
    author: str
    text: str
    files: tuple[str, ...]


@dataclass(slots=True)
class Scene:
    """The messages since it was opened, and their threads, by what changes tell."""

    me: int
    """The person who reads this, by their id."""
    _messages: dict[int, Said] = field(default_factory=dict[int, Said])
    _threads: dict[int, str] = field(default_factory=dict[int, str])

    def change(self, change: Mapping[str, Any]) -> None:
        """Take in one change; kinds that show nothing are passed over."""
        match change:
            case {"kind": "message_created" | "message_edited", "message": message}:
                self._put(message)
            case {"kind": "message_deleted", "message": {"id": identity}}:
                self._messages.pop(int(identity), None)
            case {"kind": "thread_created", "thread": {"id": identity, "name": name}}:
                self._threads[int(identity)] = name
            case _:
                pass

    def channel(self, place: int) -> Iterator[Said]:
        """Give the messages of a channel or thread in order."""
        return (said for _, said in sorted(self._messages.items()) if said.place == place)

    def thread(self, message: int) -> str | None:
        """Name the thread that a message started, if it did."""
        return self._threads.get(message)

    def _put(self, message: Mapping[str, Any]) -> None:
        if message["type"] in READABLE:
            said = _said(message, self.me)
            self._messages[said.id] = said


def _said(message: Mapping[str, Any], me: int) -> Said:
    text: str = message["content"]
    for user in message["mentions"]:
        for mention in (f"<@{user['id']}>", f"<@!{user['id']}>"):
            text = text.replace(mention, f"@{user['username']}")
    return Said(
        id=int(message["id"]),
        place=int(message["channel_id"]),
        author="you" if int(message["author"]["id"]) == me else message["author"]["username"],
        text=text,
        files=tuple(f"{one['filename']}, {weight(one['size'])}" for one in message["attachments"]),
    )


def weight(size: int) -> str:
    """Write a number of bytes as people read it."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / MEGABYTE:.1f} MB"
