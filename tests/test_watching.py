from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clips import Clip, Upload, YouTubeLink
from bot.errors import (
    ClipFormatRefused,
    ClipGone,
    ClipNotVideo,
    ClipsTooLarge,
    ClipTooLarge,
    LinksUnsupported,
    ReeltalkError,
)
from bot.media.files import FileClip
from bot.media.kinds import InlineVideo, LinkedVideo, Original
from bot.playground.clips import make_clip
from bot.preferences import Preferences
from bot.progress import LeftOut
from bot.providers.dialect import CUSTOM, OPENROUTER, Dialect, Endpoint
from bot.watching import Watchable, look

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
) -> Watchable:
    def original(upload: Upload) -> Original:
        return FileClip(folder / upload.name, upload.name)

    preferences = Preferences(Endpoint(dialect, ""), model, most, 100, 1.0)
    async with AsyncExitStack() as held:
        return await look(clips, preferences, original, held)


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


async def test_what_is_no_video_is_left_out_beside_one_that_is(folder: Path) -> None:
    seen = await looked(folder, *named("cat.png", "clip.mp4"))
    assert [media.name for media in seen.media] == ["clip.mp4"]
    (left_out,) = seen.left_out
    assert isinstance(left_out, LeftOut)
    assert isinstance(left_out.error, ClipNotVideo)
    assert left_out.error.found == "a picture"


@pytest.mark.parametrize(
    ("clips", "kind"),
    [
        (named("cat.png", "notes.mp4"), ClipNotVideo),
        (named("clip.mkv"), ClipFormatRefused),
        (named("gone.mp4"), ClipGone),
    ],
    ids=["no video", "a container nobody documents", "gone"],
)
async def test_what_can_not_be_watched_is_refused(
    folder: Path, clips: tuple[Clip, ...], kind: type[ReeltalkError]
) -> None:
    with pytest.raises(kind):
        await looked(folder, *clips)


async def test_the_smaller_of_two_limits_holds(folder: Path) -> None:
    size = (folder / "clip.mp4").stat().st_size
    for dialect, most in (
        (OPENROUTER, size - 1),
        (replace(CUSTOM, max_inline_bytes=size - 1), size),
    ):
        with pytest.raises(ClipTooLarge) as caught:
            await looked(folder, *named("clip.mp4"), dialect=dialect, most=most)
        assert (caught.value.size, caught.value.limit) == (size, size - 1)


async def test_clips_that_are_too_large_together_are_told_so(folder: Path) -> None:
    size = (folder / "clip.mp4").stat().st_size
    dialect = replace(CUSTOM, max_inline_bytes=2 * size - 1)
    with pytest.raises(ClipsTooLarge) as caught:
        await looked(folder, *named("clip.mp4", "clip.mp4"), dialect=dialect)
    assert caught.value.size == 2 * size


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
