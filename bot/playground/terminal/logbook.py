"""What the bot's log tells: how each question ended."""

import re
from dataclasses import dataclass

PAIR = re.compile(r"(?:^|\s)(question|outcome)=(\S+)")


@dataclass(frozen=True, slots=True)
class Ended:
    """A question's end: answered, refused, failed or cancelled."""

    question: int
    outcome: str


def read_line(line: str) -> Ended | None:
    """Find a question's end in a line of the log."""
    pairs = {found[1]: found[2] for found in PAIR.finditer(line)}
    match pairs:
        case {"question": question, "outcome": outcome} if question.isdecimal():
            return Ended(int(question), outcome)
        case _:
            return None
