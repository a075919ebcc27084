"""Judge what became of a question by what stands in Discord."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.playground.discord import Discord, Message

_FOOTER = re.compile(r"-# .* tokens · .*\d s$")
_STATUS = re.compile(r"^-# .*(in line|looking|sending \d+ %)$|^-# asking ", re.MULTILINE)
# What a fault of the provider or of the CDN ends in; any other sentence is a fault of ours.
_SENTENCE = re.compile(
    r"OpenRouter (has trouble of its own|broke off here)|I can't reach OpenRouter"
    r"|I could not download|did not arrive whole"
)
_OPENING = "**I am a stand-in"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, by its words and the clip that came with it."""

    message: Message
    words: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`answered` or told why not, unless there are problems."""

    answered: bool
    problems: tuple[str, ...]


def judge(discord: Discord, asked: Asked) -> Verdict:
    """Say whether a question has come to exactly one whole end."""
    said = said_to(discord, asked.message)
    text = "\n".join(one.content for one in said)
    last = text.rpartition("\n")[2]
    answered = bool(_FOOTER.match(last))
    problems = [*_misplaced(discord, asked.message, said), *_left_over(text, said)]
    if answered:
        problems += _wrong(asked, text)
    elif not _SENTENCE.search(last):
        problems.append(f"it ends in {last!r}")
    return Verdict(answered, tuple(problems))


def said_to(discord: Discord, question: Message) -> list[Message]:
    """Return the bot's messages in a question's thread."""
    return [one for one in discord.messages(question.id) if one.author_id == discord.bot_id]


def _misplaced(discord: Discord, question: Message, said: Sequence[Message]) -> Iterator[str]:
    if discord.thread(question.id) is None:
        yield "it has no thread"
    if any(
        one.reference is not None and one.reference.message_id == question.id
        for one in discord.messages(question.channel_id)
    ):
        yield "it is replied to outside of its thread"
    chain = [None, *(one.id for one in said[:-1])] if said else []
    if [one.reference and one.reference.message_id for one in said] != chain:
        yield f"its {len(said)} messages are no chain"


def _left_over(text: str, said: Sequence[Message]) -> Iterator[str]:
    if line := _STATUS.search(text):
        yield f"a status line was left: {line[0]!r}"
    if any(one.components for one in said):
        yield "a button was left"


def _wrong(asked: Asked, text: str) -> Iterator[str]:
    if text.count(_OPENING) != 1:
        yield f"it has {text.count(_OPENING)} answers"
    if text.count("SHA-256") != 1 or asked.sha256 not in text:
        yield "the answer is about another clip"
    if text.count(f"> {asked.words}") != 1:
        yield "the answer is to another question"
