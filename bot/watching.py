"""Look at the clips of a question, and make of them what a model receives."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from bot.clips import Clip, Upload, YouTubeLink
from bot.conversation import Conversation
from bot.errors import (
    ClipGone,
    ClipHidden,
    ClipNotVideo,
    ClipTooLarge,
    LinksUnsupported,
    TooManyClips,
)
from bot.media.boxes import only
from bot.media.budget import Budget
from bot.media.facts import Facts
from bot.media.fitting import Fitted, fitted, stills
from bot.media.kinds import InlineVideo, LinkedVideo, Media, Original, Posted, Stills
from bot.media.ladder import Rung, Wanted, ladder
from bot.media.picked import picked
from bot.media.picking import Plan
from bot.media.probe import facts_of, find_movie
from bot.media.sniff import sniff
from bot.media.workshop import Workshop
from bot.preferences import Preferences
from bot.progress import Fitting, LeftOut, Notice, Picked, ShownAs, Why

Originals = Callable[[Upload], Original]
"""Where an upload's bytes are read from; nothing is read yet."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider would not take: so many bytes, for their number or for their format."""

    size: int
    by_size: bool


@dataclass(frozen=True, slots=True)
class Watchable:
    """What the model can be shown, and what should be known of that.

    `clips` are those that can be watched, `media` what is shown of each, and `parts` from which
    of its seconds on.
    """

    clips: tuple[Clip, ...]
    media: tuple[Media, ...]
    parts: tuple[float, ...]
    notices: tuple[Notice, ...]

    @property
    def size(self) -> int:
        """Bytes that go into the request, before encoding."""
        return sum(0 if isinstance(one, LinkedVideo) else one.size for one in self.media)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An upload as it is to be fetched, and what is known of it."""

    clip: Posted
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Picked(_Seen):
    """One of which no more than what is planned is fetched, out of `whole` bytes.

    `part` is the span that was asked about, None for all of it.
    """

    plan: Plan
    whole: int
    part: tuple[float, float | None] | None


class Watching:
    """Where clips are looked at, within one budget of bytes for all questions at a time."""

    def __init__(self, originals: Originals, workshop: Workshop, budget: Budget) -> None:
        self._originals = originals
        self._workshop = workshop
        self._budget = budget

    async def look(
        self,
        conversation: Conversation,
        preferences: Preferences,
        held: AsyncExitStack,
        on_fitting: Callable[[Fitting], None],
        refusal: Refusal | None = None,
    ) -> Watchable:
        """Look at each clip; those that are no videos, or are gone, are left out if any is left.

        What has to be kept until the answer is there is kept by `held`. After a refusal, what is
        sent is another.

        Raises:
            ReeltalkError: a clip can't be had, or not be sent.
        """
        clips, span = conversation.clips, conversation.span
        if len(clips) > preferences.max_clips:
            raise TooManyClips(len(clips), preferences.max_clips)
        limit = _limit(preferences, refusal)
        anew = refusal is not None and not refusal.by_size
        wanted = Wanted(limit, preferences.max_clip_seconds, *span, anew=anew)
        seen, left_out = await self._all_seen(clips, preferences, wanted)
        uploads = [one.clip for one in seen.values() if isinstance(one, _Seen)]
        # Taken once for all of them: two questions that each wait for more would wait for ever.
        await held.enter_async_context(self._budget.take(sum(one.size for one in uploads)))
        shares = _shares(uploads, limit)
        made: list[tuple[Media, float, ShownAs | None]] = []
        for one in seen.values():
            if isinstance(one, _Seen):
                fair = replace(wanted, most_bytes=shares.pop(0))
                made.append(await self._made(one, fair, preferences, held, on_fitting))
            else:
                made.append((one, 0.0, None))
        media, parts, shown = zip(*made, strict=True)
        notices = (*left_out, *(one for one in shown if one is not None))
        return Watchable(tuple(seen), media, parts, notices)

    async def _all_seen(
        self, clips: Sequence[Clip], preferences: Preferences, wanted: Wanted
    ) -> tuple[dict[Clip, _Seen | LinkedVideo], list[LeftOut]]:
        seen: dict[Clip, _Seen | LinkedVideo] = {}
        left_out: list[LeftOut] = []
        for clip in clips:
            try:
                match clip:
                    case YouTubeLink():
                        seen[clip] = _linked(clip, preferences)
                    case Upload():
                        seen[clip] = await self._seen(clip, preferences.max_clip_bytes, wanted)
            except (ClipNotVideo, ClipGone, ClipHidden) as error:
                left_out.append(LeftOut(error))
        if not seen:
            raise left_out[0].error
        return seen, left_out

    async def _seen(self, upload: Upload, limit: int, wanted: Wanted) -> _Seen:
        original = self._originals(upload)
        look = await original.look()
        kind = sniff(look.head)
        if not kind.is_video:
            raise ClipNotVideo(upload.name, kind.name)
        clip = Posted(upload.name, original, kind, look.head, look.size, upload.seconds)
        movie = await find_movie(kind, look.head, look.size, original.read)
        facts = facts_of(kind, look.head, movie)
        if facts.seconds is None:
            facts = replace(facts, seconds=upload.seconds)
        wanted.require_within(upload.name, facts.seconds)
        if found := await picked(clip, original.read, movie, wanted, facts.seconds, limit=limit):
            small, plan = found
            made = bytes(only(memoryview(plan.head), b"moov"))
            part = wanted.span(facts.seconds) if wanted.is_cut(facts.seconds) else None
            return _Picked(small, facts_of(kind, plan.head, made), plan, look.size, part)
        if look.size > limit:
            raise ClipTooLarge(upload.name, look.size, limit)
        return _Seen(clip, facts)

    async def _made(
        self,
        seen: _Seen,
        wanted: Wanted,
        preferences: Preferences,
        held: AsyncExitStack,
        on_fitting: Callable[[Fitting], None],
    ) -> tuple[Media, float, ShownAs | None]:
        if not isinstance(seen, _Picked):
            return await self._sent(seen, wanted, preferences, held, on_fitting)
        whole = replace(wanted, start=0.0, end=None)  # it holds no more than the part
        media, start, shown = await self._sent(seen, whole, preferences, held, on_fitting)
        return media, seen.plan.start + start, _as_picked(seen, shown)

    async def _sent(
        self,
        seen: _Seen,
        wanted: Wanted,
        preferences: Preferences,
        held: AsyncExitStack,
        on_fitting: Callable[[Fitting], None],
    ) -> tuple[Media, float, ShownAs | None]:
        clip, facts = seen.clip, seen.facts

        def on_done(done: float) -> None:
            on_fitting(Fitting(clip.name, done))

        if preferences.endpoint.dialect.shape.of_stills:
            taking = stills(self._workshop, clip, wanted, on_done)
            return _as_stills(await held.enter_async_context(taking), wanted)
        if ladder(clip.kind, facts, clip.size, wanted)[0] is Rung.AS_IT_IS:
            mime = clip.kind.mime
            assert mime is not None  # noqa: S101 (or it would not be sent so)
            video = InlineVideo(clip.name, mime, clip.size, clip.source, facts.seconds)
            return video, 0.0, None
        on_done(0.0)
        making = fitted(self._workshop, clip, wanted, on_done, facts)
        return _as_fitted(await held.enter_async_context(making))


def _linked(link: YouTubeLink, preferences: Preferences) -> LinkedVideo:
    dialect = preferences.endpoint.dialect
    if not dialect.follows_links(preferences.model):
        raise LinksUnsupported(preferences.model if dialect.reads_youtube else dialect.title)
    return LinkedVideo(link.name, link.url)


def _limit(preferences: Preferences, refusal: Refusal | None) -> int:
    """Return how many bytes of clips a request may have."""
    limit = preferences.endpoint.dialect.max_inline_bytes
    return limit if refusal is None or not refusal.by_size else min(limit, refusal.size // 2)


def _shares(uploads: Sequence[Posted], limit: int) -> list[int]:
    """Return how many bytes each may have: what it has, where all fit, else an equal share."""
    sizes = [one.size for one in uploads]
    if sum(sizes) <= limit or len(sizes) == 1:
        return [limit] * len(sizes)
    share = limit // len(sizes)
    spare = sum(share - size for size in sizes if size < share)
    large = sum(size > share for size in sizes)
    return [share if size <= share else share + spare // large for size in sizes]


def _as_stills(taken: Stills, wanted: Wanted) -> tuple[Media, float, ShownAs | None]:
    gap = max(1.0, taken.seconds / len(taken.stills)) if taken.seconds else 1.0
    part = (wanted.start, wanted.end) if wanted.start or wanted.end is not None else (None, None)
    return taken, 0.0, ShownAs(taken.name, gap, *part, why=Why.STILLS)


def _as_fitted(made: Fitted) -> tuple[Media, float, ShownAs | None]:
    start, end = made.part or (0.0, None)
    if made.gap is None and end is None and not round(start):
        return made.video, 0.0, None  # in another container, and otherwise the same
    why = Why.SIZE if made.heard else Why.SIZE_SILENT
    return made.video, made.start, ShownAs(made.video.name, made.gap, *(made.part or ()), why=why)


def _as_picked(seen: _Picked, shown: ShownAs | None) -> ShownAs:
    """Tell what was picked, and what became of that since."""
    plan, shown = seen.plan, shown or ShownAs(seen.clip.name)
    start, end = seen.part or (None, None)
    if shown.start is not None:  # there was no room for the rest of it
        start, end = plan.start + shown.start, shown.end and plan.start + shown.end
    why = Why.SIZE if plan.is_heard else Why.SIZE_SILENT
    why = why if plan.is_complete else Why.SIZE_UNHEARD
    return ShownAs(
        shown.name,
        max(1.0, plan.gap, shown.gap or 0.0),
        start,
        end,
        why=Why.STILLS if shown.why is Why.STILLS else why,
        picked=Picked(plan.frames, plan.in_all, plan.fetched, seen.whole),
    )
