"""Text of somebody else's on a terminal, and the status a command ends with."""

from enum import IntEnum

from bot.errors import ReeltalkError


class Status(IntEnum):
    """Exit statuses: those of the shell and of sysexits.h where they have one."""

    DONE = 0
    FAILED = 1
    MISUSED = 2
    MAY_PASS = 75
    INTERRUPTED = 130


def status_of(error: ReeltalkError) -> Status:
    """Return what a script should make of an error: is it worth trying again?"""
    return Status.MAY_PASS if error.passing else Status.FAILED


def harmless(text: str) -> str:
    """Return text without what a terminal would obey: escape sequences and their like."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")
