"""Look at the clips of a question, and make of them what a model receives."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import assert_never

from bot.clips import Clip, Upload, YouTubeLink
from bot.errors import (
    ClipFormatRefused,
    ClipNotVideo,
    ClipsTooLarge,
    ClipTooLarge,
    LinksUnsupported,
)
from bot.media.kinds import InlineVideo, Kind, LinkedVideo, Look, Media, Original, Stills
from bot.media.probe import duration
from bot.media.sniff import sniff
from bot.media.stills import stills
from bot.preferences import Preferences
from bot.progress import LeftOut

Originals = Callable[[Upload], Original]
"""Where an upload's bytes are read from; nothing is read yet."""


@dataclass(frozen=True, slots=True)
class Watchable:
    """What the model can be shown, and what of the question it can't."""

    media: tuple[Media, ...]
    left_out: tuple[LeftOut, ...]


async def look(
    clips: tuple[Clip, ...], preferences: Preferences, originals: Originals, held: AsyncExitStack
) -> Watchable:
    """Look at each clip; those that are no videos are left out, unless none is one.

    What has to be kept until the answer is there is kept by `held`.

    Raises:
        ReeltalkError: a clip can't be had, or not be sent.
    """
    media: list[Media] = []
    left_out: list[LeftOut] = []
    for clip in clips:
        try:
            media.append(await _media(clip, preferences, originals, held))
        except ClipNotVideo as error:
            left_out.append(LeftOut(error))
    if not media:
        raise left_out[0].error
    size = sum(0 if isinstance(one, LinkedVideo) else one.size for one in media)
    limit = preferences.endpoint.dialect.max_inline_bytes
    if len(media) > 1 and size > limit:
        raise ClipsTooLarge(size, limit)
    return Watchable(tuple(media), tuple(left_out))


async def _media(
    clip: Clip, preferences: Preferences, originals: Originals, held: AsyncExitStack
) -> Media:
    dialect = preferences.endpoint.dialect
    match clip:
        case YouTubeLink():
            if not dialect.follows_links(preferences.model):
                unable = preferences.model if dialect.reads_youtube else dialect.title
                raise LinksUnsupported(unable)
            return LinkedVideo(clip.name, clip.url)
        case Upload() if dialect.shape.of_stills:
            return await held.enter_async_context(
                await _stills(clip.name, originals(clip), preferences.max_clip_bytes)
            )
        case Upload():
            limit = min(preferences.max_clip_bytes, dialect.max_inline_bytes)
            return await _inline(clip.name, originals(clip), limit)
        case _:
            assert_never(clip)


async def _inline(name: str, original: Original, limit: int) -> InlineVideo:
    kind, seen = await _kind(name, original, limit)
    if kind.mime is None:
        raise ClipFormatRefused(name, kind.name)
    seconds = await duration(kind, seen.head, seen.size, original.read)
    return InlineVideo(name, kind.mime, seen.size, original, seconds)


async def _stills(name: str, original: Original, limit: int) -> AbstractAsyncContextManager[Stills]:
    kind, seen = await _kind(name, original, limit)
    return stills(original, name, kind, seen.size)


async def _kind(name: str, original: Original, limit: int) -> tuple[Kind, Look]:
    seen = await original.look()
    kind = sniff(seen.head)
    if not kind.is_video:
        raise ClipNotVideo(name, kind.name)
    if seen.size > limit:
        raise ClipTooLarge(name, seen.size, limit)
    return kind, seen
