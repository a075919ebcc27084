from pathlib import Path

import av
import pytest

from bot.playground.clips import RECIPES, make_clip, scene_at


@pytest.mark.parametrize("suffix", RECIPES)
def test_every_container_opens_with_its_pictures_and_sound(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"clip{suffix}"
    make_clip(path, seconds=2, size=(160, 90), cuts=(1,))
    recipe = RECIPES[suffix]
    with av.open(path) as container:
        assert recipe.container in container.format.name
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 90)
        assert len(container.streams.audio) == 1
        assert sum(1 for _ in container.decode(video=0)) == 50


def test_the_same_clip_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.webm", "two.webm"):
        make_clip(tmp_path / name, seconds=1)
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_a_clip_may_be_silent(tmp_path: Path) -> None:
    make_clip(tmp_path / "silent.mp4", seconds=0.2, tone=None)
    with av.open(tmp_path / "silent.mp4") as container:
        assert not container.streams.audio


def test_an_mp4_can_be_read_from_its_start(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", seconds=0.2)
    head = (tmp_path / "clip.mp4").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'\.gif'"):
        make_clip(tmp_path / "clip.gif")


def test_scenes_change_at_the_cuts() -> None:
    assert [scene_at(at, (2.0, 4.0)) for at in (0, 1.96, 2.0, 3.9, 4.0)] == [0, 0, 1, 1, 2]
