"""What may go wrong on the way to Discord, on request."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer with a status, and one of Discord's error codes; `retry_after` in seconds.

    Without a message, a code that is known here brings its own words.
    """

    status: int
    code: int = 0
    message: str = ""
    retry_after: float | None = None
    html: bool = False
    after_effect: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection, before the call takes effect or after."""

    after_effect: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """Announce the whole body, send some bytes of it, and close."""

    after: int


@dataclass(frozen=True, slots=True)
class ResetMidway:
    """Announce the whole body, send some bytes of it, and reset the connection."""

    after: int


@dataclass(frozen=True, slots=True)
class Stall:
    """Announce the whole body, send some bytes of it, and say no more."""

    after: int


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Send so many bytes without a Content-Length, cutting the file short or padding it."""

    size: int


@dataclass(frozen=True, slots=True)
class Redirect:
    """Point somewhere else."""

    to: str
    status: int = 302


@dataclass(frozen=True, slots=True)
class Throttle:
    """Send no faster than so many bytes a second."""

    bytes_per_second: int


RestEffect: TypeAlias = Answer | Reset
BodyEffect: TypeAlias = Truncate | ResetMidway | Stall | Unmeasured | Throttle
CdnEffect: TypeAlias = Answer | Reset | Redirect | BodyEffect
Effect: TypeAlias = RestEffect | CdnEffect


@dataclass(frozen=True, slots=True)
class Fault:
    """An effect on the calls that match: `times` of them, once `after` have passed.

    `path` is a shell pattern on what follows `/api/v10`, or on the CDN's path.
    """

    effect: Effect
    method: str = "*"
    path: str = "*"
    times: int = 1
    after: int = 0

    def concerns(self, method: str, path: str) -> bool:
        """Tell whether a call matches."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


@dataclass(slots=True)
class _Armed:
    fault: Fault
    met: int = 0


class Faults:
    """The faults yet to happen, and how often each has been met."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def append(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._armed.clear()

    def for_rest(self, method: str, path: str) -> RestEffect | None:
        """Return what happens to a REST call."""
        effect = self._next(method, path, cdn=False)
        return effect if isinstance(effect, RestEffect) else None

    def for_cdn(self, method: str, path: str) -> CdnEffect | None:
        """Return what happens to a download."""
        return self._next(method, path, cdn=True)

    def _next(self, method: str, path: str, *, cdn: bool) -> Effect | None:
        for armed in self._armed:
            fault = armed.fault
            if fault.concerns(method, path) and (cdn or isinstance(fault.effect, RestEffect)):
                armed.met += 1
                if fault.after < armed.met <= fault.after + fault.times:
                    return fault.effect
        return None
