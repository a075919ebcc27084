from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clips import Clip, Upload, YouTubeLink
from bot.conversation import Conversation, Turn
from bot.errors import (
    ClipNotVideo,
    ClipTooLarge,
    ClipUnreadable,
    LinksUnsupported,
    ReeltalkError,
    TooManyClips,
)
from bot.media.budget import Budget
from bot.media.files import FileClip
from bot.media.kinds import InlineVideo, LinkedVideo, Original
from bot.media.workshop import Workshop
from bot.playground.clips import make_clip
from bot.preferences import Preferences
from bot.progress import LeftOut, ShownAs
from bot.providers.dialect import CUSTOM, OPENROUTER, Dialect, Endpoint
from bot.watching import Refusal, Watchable, Watching
from tests.media.corpus import Film

LINK = YouTubeLink("dQw4w9WgXcQ", 80)
GEMINI = "google/gemini-3.5-flash-lite"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for name in ("clip.mp4", "clip.mov", "clip.mkv"):
        make_clip(folder / name, seconds=2)
    (folder / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "notes.mp4").write_text("not a video")
    return folder


def named(*names: str) -> tuple[Clip, ...]:
    return tuple(Upload(1, 2, number, name) for number, name in enumerate(names))


async def looked(
    folder: Path,
    *clips: Clip,
    dialect: Dialect = OPENROUTER,
    model: str = GEMINI,
    most: int = 1 << 30,
    refusal: Refusal | None = None,
    span: tuple[float, float | None] = (0.0, None),
) -> Watchable:
    def original(upload: Upload) -> Original:
        return FileClip(folder / upload.name, upload.name)

    watching = Watching(original, Workshop(), Budget(1 << 30))
    preferences = Preferences(Endpoint(dialect, ""), model, most, 3600.0, 10, 100, 1.0)
    asked = Conversation.of(Turn("What?", clips, start=span[0], end=span[1]))
    async with AsyncExitStack() as held:
        seen = await watching.look(asked, preferences, held, lambda _: None, refusal)
        for media in seen.media:  # what is sent is there to be read, as long as it is held
            if isinstance(media, InlineVideo):
                async with media.source.open() as chunks:
                    assert sum([len(chunk) async for chunk in chunks]) == media.size
        return seen


async def test_each_clip_becomes_media_in_its_order(folder: Path) -> None:
    seen = await looked(folder, *named("clip.mov", "clip.mp4"), LINK)
    assert [type(media) for media in seen.media] == [InlineVideo, InlineVideo, LinkedVideo]
    mov, mp4, link = seen.media
    assert isinstance(mov, InlineVideo)
    assert isinstance(mp4, InlineVideo)
    assert (mov.mime, mp4.mime) == ("video/mov", "video/mp4")
    assert (mov.size, mp4.size) == tuple(
        (folder / name).stat().st_size for name in ("clip.mov", "clip.mp4")
    )
    assert mov.seconds == pytest.approx(2.0, abs=0.1)
    assert link == LinkedVideo("youtu.be/dQw4w9WgXcQ", LINK.url)


async def test_what_a_file_does_not_say_is_what_discord_says(folder: Path, tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mpeg", seconds=2)
    (media,) = (await looked(tmp_path, Upload(1, 2, 3, "clip.mpeg", 2.5))).media
    assert isinstance(media, InlineVideo)
    assert media.seconds == 2.5
    (media,) = (await looked(folder, Upload(1, 2, 3, "clip.mp4", 2.5))).media
    assert isinstance(media, InlineVideo)
    assert media.seconds == 2.0


async def test_what_is_no_video_is_left_out_beside_one_that_is(folder: Path) -> None:
    seen = await looked(folder, *named("cat.png", "clip.mp4"))
    assert [media.name for media in seen.media] == ["clip.mp4"]
    (left_out,) = seen.notices
    assert isinstance(left_out, LeftOut)
    assert isinstance(left_out.error, ClipNotVideo)
    assert left_out.error.found == "a picture"


@pytest.mark.parametrize(
    ("clips", "kind"),
    [
        (named("cat.png", "notes.mp4"), ClipNotVideo),
        (named("gone.mp4"), ClipUnreadable),
    ],
    ids=["no video", "gone"],
)
async def test_what_can_not_be_watched_is_refused(
    folder: Path, clips: tuple[Clip, ...], kind: type[ReeltalkError]
) -> None:
    with pytest.raises(kind):
        await looked(folder, *clips)


async def test_more_than_is_downloaded_is_refused(folder: Path) -> None:
    size = (folder / "clip.mkv").stat().st_size
    with pytest.raises(ClipTooLarge) as caught:
        await looked(folder, *named("clip.mkv"), most=size - 1)
    assert (caught.value.size, caught.value.limit) == (size, size - 1)


async def test_more_clips_than_can_be_watched_are_refused(folder: Path) -> None:
    with pytest.raises(TooManyClips) as caught:
        await looked(folder, *named(*["clip.mp4"] * 11))
    assert (caught.value.count, caught.value.limit) == (11, 10)


async def test_another_container_is_a_documented_one_and_nothing_is_said_of_it(
    folder: Path,
) -> None:
    seen = await looked(folder, *named("clip.mkv"))
    (media,) = seen.media
    assert isinstance(media, InlineVideo)
    assert media.mime == "video/mp4"
    assert media.seconds == pytest.approx(2.0, abs=0.1)
    assert seen.notices == ()


async def test_a_first_picture_that_is_a_moment_late_makes_no_part(folder: Path) -> None:
    Film("avi", seconds=2.0).written(folder / "clip.avi")  # the first is shown at 0.04 s
    seen = await looked(folder, *named("clip.avi"))
    assert (seen.parts, seen.notices) == ((0.0,), ())


async def test_what_is_too_large_to_send_is_made_smaller_and_told(folder: Path) -> None:
    size = (folder / "clip.mp4").stat().st_size
    small = replace(CUSTOM, max_inline_bytes=size - 1)
    seen = await looked(folder, *named("clip.mp4"), dialect=small)
    (media,) = seen.media
    assert isinstance(media, InlineVideo)
    assert media.size < size
    (shown,) = seen.notices
    assert isinstance(shown, ShownAs)
    assert (shown.gap, shown.start) == (2.0, None)


async def test_clips_that_are_too_large_together_share_what_there_is(folder: Path) -> None:
    size = (folder / "clip.mp4").stat().st_size
    dialect = replace(CUSTOM, max_inline_bytes=2 * size - 1)
    seen = await looked(folder, *named("clip.mp4", "clip.mp4"), dialect=dialect)
    assert seen.size < 2 * size


async def test_a_part_of_a_clip_is_cut_out_and_told_where_it_begins(folder: Path) -> None:
    seen = await looked(folder, *named("clip.mp4"), span=(0.5, 1.5))
    (media,) = seen.media
    assert isinstance(media, InlineVideo)
    assert media.seconds == pytest.approx(1.5, abs=0.1)  # from the key frame before
    assert seen.parts == (0.0,)
    (shown,) = seen.notices
    assert shown == ShownAs("clip.mp4", None, 0.0, 1.5)


async def test_after_a_refusal_a_clip_is_sent_another_way(folder: Path) -> None:
    (first,) = (await looked(folder, *named("clip.mp4"))).media
    assert isinstance(first, InlineVideo)
    for by_size in (True, False):
        refusal = Refusal(first.size, by_size=by_size)
        (second,) = (await looked(folder, *named("clip.mp4"), refusal=refusal)).media
        assert isinstance(second, InlineVideo)
        assert second.size < first.size


@pytest.mark.parametrize(
    ("dialect", "model", "unable"),
    [
        (CUSTOM, "Qwen/Qwen3-VL", "the custom provider"),
        (OPENROUTER, "qwen/qwen3.6-flash", "qwen/qwen3.6-flash"),
        (OPENROUTER, "google/gemma-4-31b-it", "google/gemma-4-31b-it"),
    ],
)
async def test_a_link_is_refused_to_those_who_would_read_the_web_page(
    folder: Path, dialect: Dialect, model: str, unable: str
) -> None:
    with pytest.raises(LinksUnsupported) as caught:
        await looked(folder, LINK, dialect=dialect, model=model)
    assert caught.value.unable == unable


@pytest.mark.parametrize("model", [GEMINI, "~google/gemini-flash-latest"])
async def test_a_link_is_sent_to_gemini_under_any_of_its_names(folder: Path, model: str) -> None:
    assert (await looked(folder, LINK, model=model)).media == (LinkedVideo(LINK.name, LINK.url),)
