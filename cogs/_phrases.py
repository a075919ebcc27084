"""What people read in Discord: the sentences of `bot`, and those that only Discord needs."""

from discord import HTTPException
from discord.utils import escape_markdown

from bot import lines, phrases
from bot.clips import Clip
from bot.errors import ChannelClosed, ReeltalkError, RoleLacking
from bot.phrases import BROKEN
from bot.preferences import Preferences
from bot.progress import Answer, Growing, Progress
from bot.questions import Question
from bot.wording import Voice, megabytes

__all__ = ["BROKEN"]

STOPPED = "I was stopped here. Ask again when you like."
OUT_OF_TIME = (
    "This took longer than Discord lets me answer here, fifteen minutes. Ask about a shorter part."
)
PAUSED = "I am being restarted, and will go on with this in a moment."
STALE = "I could not answer this in time, sorry. Press Retry if you still want to know."
GIVEN_UP = (
    "This question has stopped me again and again, so I gave up on it. Ask about another clip, or "
    "tell whoever runs this bot."
)
FORGOTTEN = "I was restarted while you were writing. Use the command once more, please."
NO_CLIP_THERE = (
    "I see no clip in that message: no video is attached to it, and no YouTube link is in it. Use "
    "this on a message that has one."
)
NO_TIME = "“{}” is no time that I know. Write it as 1:20 or 80."
NO_PART = "A part from {} to {} is none: let it end after it begins."
NO_LINK = "“{}” is no link to a YouTube video. Attach the video as a file instead."
NOT_DELETED = "Discord does not let me delete that. Ask a moderator to."
_NAMED = 5
_LACKING = {
    50001: "the permission “View Channel”",
    50013: "the permissions “Send Messages” and “Send Messages in Threads”",
}
_LOCKED, _GONE = 160005, {10003, 10008}
NOT_MANAGING = "Only those who may manage the server can change this."
NO_NUMBER = "“{}” is no number. Write one such as 20 or 1.5, or nothing for no limit."
NOT_YOURS = "Only whoever asked, or a moderator, can press this."
QUESTION_GONE = "The question's message is gone, so I can't ask it again. Ask anew."

_MARKDOWN = Voice(escape_markdown, name="**{}**", instant="<t:{}:R>")


def phrase(error: ReeltalkError) -> str:
    """Return the sentence for an error."""
    match error:
        case ChannelClosed(channels):
            places = _listed([f"<#{one}>" for one in sorted(channels)])
            return f"I may not be asked in this channel. Ask in {places}."
        case RoleLacking(roles):
            some = _listed([f"<@&{one}>" for one in sorted(roles)])
            return (
                f"In this server, only those with {some} may ask me. Ask whoever runs it for that."
            )
        case _:
            return phrases.phrase(error, _MARKDOWN)


def _listed(names: list[str]) -> str:
    """Name a few, and how many more there are."""
    shown, more = names[:_NAMED], len(names) - _NAMED
    listed = [*shown, f"{more} more"] if more > 0 else shown
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def foreign(text: str) -> str:
    """Return words of somebody else's as they can stand in a sentence."""
    return _MARKDOWN.escape(text)


def in_line(clips: tuple[Clip, ...], place: int | None = None) -> str:
    """Return the first sign of an accepted question, with its place in its server's line."""
    names = [", ".join(_MARKDOWN.escape(clip.name) for clip in clips)] if clips else []
    return small(" · ".join([*names, "in line" if place is None else f"number {place} in line"]))


def status(clips: tuple[Clip, ...], progress: Progress) -> str:
    """Return what the thread shows: one small line that moves, then the answer itself."""
    if isinstance(progress, Growing):
        return progress.text
    return small(lines.stage(clips, progress, _MARKDOWN))


def footer(answer: Answer, *, with_facts: bool = True) -> str:
    """Return what stands under an answer: notices, and its facts where they are wanted."""
    told = [lines.notice(notice, _MARKDOWN) for notice in answer.notices]
    if with_facts:
        told.append(lines.facts(answer, _MARKDOWN))
    return "\n".join(map(small, told))


def small(line: str) -> str:
    """Return a line in Discord's small print."""
    return f"-# {line}"


def unsaid(question: Question, error: BaseException) -> str:
    """Return what somebody is told who can't be answered where they asked."""
    place = f"in <#{question.channel_id}>" if question.guild_id else "there"
    code = error.code if isinstance(error, HTTPException) else None
    if code in _LACKING:
        return (
            f"I can't answer you {place}: I need {_LACKING[code]} there. Ask a moderator to allow "
            "me that, or ask me in another channel, or here."
        )
    if code == _LOCKED:
        return f"I can't answer you {place}: the thread is locked. Ask me in another, or here."
    if code in _GONE:
        return f"I can't answer you {place}: it is gone. Ask me in another channel, or here."
    return f"Discord does not take my answer {place}. Ask again in a few minutes, or ask me here."


def no_model(name: str, nearest: str | None) -> str:
    """Return what is said of a model that is not among those that take video."""
    hint = f" Did you mean `{foreign(nearest)}`?" if nearest else ""
    return (
        f"`{foreign(name)}` is no model here that takes video.{hint} A list opens while you type."
    )


def forgotten(count: int) -> str:
    """Return what somebody is told who wants to be forgotten."""
    questions = "1 question" if count == 1 else f"{count:,} questions"
    return (
        f"You and the places where you asked are taken out of {questions}; their figures stay, "
        "without you. What counts against today's limits is kept until today is over. Answers "
        "stand in Discord alone: delete them there."
    )


def about(chosen: Preferences) -> str:
    """Return what the bot is and how it is asked."""
    return (
        "**I watch videos and answer questions about them.**\n"
        "- Mention me in a message with a video attached or a YouTube link in it.\n"
        "- Press and hold, or right-click, a message with a clip: Apps, **Ask about this clip**.\n"
        "- Type **/ask**, with your question and a clip or a link.\n"
        "- Go on in the thread of an answer: mention me, or press **Follow up**.\n\n"
        f"Here I ask `{chosen.model}` through {chosen.endpoint.dialect.title}. Clips may have "
        f"{megabytes(chosen.max_clip_bytes)}, and {chosen.max_clips} may be in one question.\n"
        "What becomes of what you send me: **/privacy**."
    )


def privacy(chosen: Preferences, *, reads_content: bool) -> str:
    """Return what is sent to whom, and what is kept for how long."""
    read = (
        "I read a message when it mentions me, when you reply to me, in direct messages, when a "
        "command is used on it, and in threads that I made. To find your clip I look at the last "
        "ten messages before yours, at most."
    )
    if not reads_content:
        read = (
            "I read a message when it mentions me, when you reply to me, in direct messages, and "
            "when a command is used on it. Discord shows me no others."
        )
    return (
        f"**What I read.** {read}\n"
        "**What I send.** Your question, its clips, and what was asked and answered before in its "
        f"thread go to {chosen.endpoint.dialect.title}, which asks `{chosen.model}`. Your name "
        "goes along only where several people ask in one thread. Nothing goes anywhere else.\n"
        "**What I keep.** Your question, until it is answered and at most twelve hours after; its "
        "id, for seven days, so that it is answered once. Of each question some figures: who "
        "asked where, when, which model, how much video, tokens, money; no word of it. **/forget "
        "me** takes you out of them, but for what counts against today's limits. Clips pass "
        "through me and are not kept; answers stand in Discord and nowhere else: delete them "
        "there, with **Delete**."
    )
