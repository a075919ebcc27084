"""What the bot may do where, and what people may."""

from collections.abc import Iterable
from enum import IntFlag


class Permission(IntFlag):
    """The permissions that are asked about here, by Discord's numbers."""

    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


NOTHING = Permission(0)

# A direct message has no threads, and nobody to take the rest away.
DIRECT = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
)

# What Discord grants an app where it is not itself.
EXTERNAL = Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE

# A bot that was invited with what it needs and nothing to moderate with.
EVERYONE = DIRECT | Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS

MODERATORS = EVERYONE | Permission.MANAGE_MESSAGES | Permission.MANAGE_GUILD


def of_member(*, moderator: bool, external_apps: bool = True) -> Permission:
    """Return what a person may do, who is denied nothing else anywhere."""
    apps = Permission.USE_EXTERNAL_APPS if external_apps else NOTHING
    return (MODERATORS if moderator else EVERYONE) | apps


def named(names: Iterable[str]) -> Permission:
    """Add up permissions by name; KeyError for a name that is none."""
    denied = NOTHING
    for name in names:
        denied |= Permission[name]
    return denied


def granted(denied: Permission) -> Permission:
    """Return what is left; without sight of a channel nothing is."""
    if Permission.VIEW_CHANNEL in denied:
        return NOTHING
    return EVERYONE & ~denied
