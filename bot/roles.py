"""What a process does, and which part of Discord's gateway it is connected to."""

from dataclasses import dataclass
from enum import Enum

from bot.environ import Environ


class Role(Enum):
    """What a process does: listen, answer, or both."""

    BOTH = "both"
    GATEWAY = "gateway"
    WORKER = "worker"

    @property
    def listens(self) -> bool:
        """Tell whether it is connected to the gateway, and accepts questions."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Tell whether it answers questions."""
        return self is not Role.GATEWAY


_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards that a process connects, of how many; all there are, and as Discord says, if None.

    Discord tells one shard of a server, by its id; direct messages come to shard 0. A bot in more
    than 2,500 servers has to have several (https://docs.discord.com/developers/events/gateway).
    """

    ids: list[int] | None = None
    count: int | None = None

    @property
    def locks(self) -> list[str]:
        """Return the names of what a process that connects them holds alone."""
        if self.ids is None:
            return ["every shard"]
        return [f"shard {one} of {self.count}" for one in self.ids]


def read_shards(environ: Environ) -> Shards:
    """Read them, noting the problems there are."""
    count = environ.limit("SHARD_COUNT", least=0.999)
    ids = environ.get("SHARD_IDS")
    if not ids:
        whole = None if count is None else int(count)
        return Shards(None if whole is None else list(range(whole)), whole)
    try:
        listed = sorted({one for part in ids.split(",") for one in _range(part)})
    except ValueError:
        environ.problems.append(f"SHARD_IDS is a list such as 0,1 or 0-7, not {ids}.")
        return Shards()
    if count is None or listed[-1] >= int(count):
        environ.problems.append(
            f"SHARD_COUNT has to be above {listed[-1]}: shards are counted from 0, and SHARD_IDS "
            "names which of them this process connects."
        )
        return Shards()
    return Shards(listed, int(count))


def _range(part: str) -> range:
    first, dash, last = part.partition("-")
    found = range(int(first), int(last if dash else first) + 1)
    if not found or len(found) > _MOST:
        raise ValueError(part)
    return found
