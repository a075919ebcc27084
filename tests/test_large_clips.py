"""What becomes of clips so large that only their key frames are fetched, up to an answer."""

import shutil
import struct
from pathlib import Path

import pytest

from bot.errors import ClipEntangled, ClipTooLarge
from bot.media.kinds import InlineVideo
from bot.playground.model import Respond
from bot.progress import Notice, Picked, Sending, ShownAs, Why
from tests.answering import Asker
from tests.media.corpus import FRAGMENTED, Film
from tests.media.movies import edited, relaid

MIB = 1 << 20
TOO_LARGE = Respond(413, {"error": {"code": 413, "message": "Request payload too large"}})
UNREAD = Respond(400, {"error": {"code": 400, "message": "Unsupported video"}})


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty megabytes, in which twenty key frames are strewn."""
    folder = tmp_path_factory.mktemp("large")
    clip = Film(sound="", seconds=20.0).written(folder / "clip.mp4")
    return relaid(clip, folder / "large.mp4", size=40 * MIB)


def sent(asker: Asker) -> list[InlineVideo]:
    """Return what was sent, each of it once."""
    media = [one.media for one in asker.told if isinstance(one, Sending)]
    videos = [one for each in media for one in each if isinstance(one, InlineVideo)]
    return list({video.size: video for video in videos}.values())


def shown(notices: tuple[Notice, ...]) -> ShownAs:
    (notice,) = notices
    assert isinstance(notice, ShownAs)
    return notice


async def test_what_is_larger_than_may_be_downloaded_is_answered(asker: Asker, large: Path) -> None:
    asker.clip = large
    answer = await asker.ask(MAX_CLIP_MB="10")
    (video,) = sent(asker)
    assert video.size < MIB
    assert answer.watched == 20.0
    notice = shown(answer.notices)
    assert (notice.gap, notice.start, notice.end, notice.why) == (1.0, None, None, Why.SIZE_SILENT)
    assert isinstance(notice.picked, Picked)
    assert (notice.picked.frames, notice.picked.all_frames) == (20, 500)
    assert notice.picked.size < MIB
    assert notice.picked.whole == 40 * MIB


async def test_what_could_be_sent_as_it_is_is_picked_where_that_is_much_quicker(
    asker: Asker, large: Path, tmp_path: Path
) -> None:
    asker.clip = large
    assert shown((await asker.ask()).notices).picked
    asker.clip = relaid(
        Film(sound="", seconds=20.0, key_every=50).written(tmp_path / "clip.mp4"),
        tmp_path / "rare.mp4",
        size=40 * MIB,
    )
    assert (await asker.ask()).notices == ()  # of whose key frames a model would miss some


@pytest.mark.parametrize("span", [(5.0, 10.0), (5.5, 10.0), (5.5, None)])
async def test_of_a_part_only_that_is_fetched(
    asker: Asker, large: Path, span: tuple[float, float | None]
) -> None:
    asker.clip = large
    answer = await asker.ask(MAX_CLIP_MB="10", span=span)
    notice = shown(answer.notices)
    assert (notice.start, notice.end) == span
    assert notice.picked is not None
    assert notice.picked.frames == (5 if span[1] else 15)
    assert answer.watched == notice.picked.frames
    assert "large.mp4 is shown from 0:05 on" in str(asker.model.requests[0].body)


async def test_what_is_refused_as_too_large_is_sent_with_fewer_pictures(
    asker: Asker, large: Path
) -> None:
    asker.clip = large
    asker.model.script.append(TOO_LARGE)
    answer = await asker.ask(MAX_CLIP_MB="10")
    first, second = sent(asker)
    assert second.size <= first.size // 2
    notice = shown(answer.notices)
    assert notice.picked is not None
    assert notice.picked.frames < 20


@pytest.mark.parametrize("limit", ["10", "100"])
async def test_what_is_not_read_is_made_anew(asker: Asker, large: Path, limit: str) -> None:
    asker.clip = large
    asker.model.script.append(UNREAD)
    answer = await asker.ask(MAX_CLIP_MB=limit)
    first, second = sent(asker)
    assert first.size != second.size
    notice = shown(answer.notices)
    assert notice.gap == 1.0
    assert (notice.picked is not None) == (limit == "10")  # all of it was fetched where it may be


def entangled(large: Path, path: Path) -> Path:
    """Copy a clip, and let its table call the picture behind its fifth key frame one, instead."""

    def change(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        if name != b"stss":
            return name, content
        keys = list(struct.unpack(f">{len(content) // 4}I", content))
        keys[2 + 4] += 1  # not that which is looked at first
        return name, struct.pack(f">{len(keys)}I", *keys)

    return edited(Path(shutil.copy(large, path)), change)


async def test_pictures_that_need_one_another_are_found_out_on_the_way(
    asker: Asker, large: Path, tmp_path: Path
) -> None:
    asker.clip = entangled(large, tmp_path / "entangled.mp4")
    answer = await asker.ask()
    assert shown(answer.notices).picked is None
    assert len(asker.model.requests) == 1  # the first was never whole
    with pytest.raises(ClipEntangled):
        await asker.ask(MAX_CLIP_MB="10")


async def test_pictures_that_need_one_another_are_found_out_while_stills_are_taken(
    asker: Asker, large: Path, tmp_path: Path
) -> None:
    asker.clip = entangled(large, tmp_path / "entangled.mp4")
    answer = await asker.ask(provider="custom", CUSTOM_PART_SHAPE="image_url", MODEL="stand-in")
    notice = shown(answer.notices)
    assert (notice.why, notice.picked) == (Why.STILLS, None)


async def test_what_is_not_understood_is_too_large_as_ever(asker: Asker, tmp_path: Path) -> None:
    asker.clip = Film(flags=FRAGMENTED).written(tmp_path / "clip.mp4")
    with pytest.raises(ClipTooLarge) as caught:
        await asker.ask(MAX_CLIP_MB="0.1")
    assert caught.value.size > caught.value.limit == MIB // 10


async def test_models_that_see_stills_get_those_that_were_picked(asker: Asker, large: Path) -> None:
    asker.clip = large
    answer = await asker.ask(
        provider="custom", CUSTOM_PART_SHAPE="image_url", MODEL="stand-in", MAX_CLIP_MB="10"
    )
    notice = shown(answer.notices)
    assert notice.why is Why.STILLS
    assert notice.picked is not None
