"""A clip of half a gigabyte through the whole bot, of which a few megabytes are fetched."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.playground.discord import cdn
from tests.end_to_end.conftest import Stage
from tests.media.corpus import Film, repeated
from tests.media.movies import relaid

MIB = 1 << 20


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty minutes: 36,000 pictures, of which 480 are key frames, strewn over 512 MB."""
    folder = tmp_path_factory.mktemp("huge")
    ten = Film(sound="", fps=30, seconds=10.0, key_every=75).written(folder / "ten.mp4")
    twenty = repeated(ten, folder / "twenty.mp4", 120)
    return relaid(twenty, folder / "huge.mp4", size=512 * MIB)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes that the CDN sends."""
    counts: list[int] = []
    pieces = cdn.pieces

    async def counted(
        path: Path, span: cdn.Span, largest: int = cdn.CHUNK
    ) -> AsyncGenerator[bytes]:
        async for piece in pieces(path, span, largest):
            counts.append(len(piece))
            yield piece

    monkeypatch.setattr(cdn, "pieces", counted)
    return counts


async def test_of_half_a_gigabyte_the_model_gets_what_it_would_have_seen(
    stage: Stage, huge: Path, sent: list[int]
) -> None:
    said = await stage.answered(stage.ask("what happens?", huge))
    assert "480 frames" in said
    assert "lasts 20:00.0" in said
    told = "The model saw huge.mp4 as one picture every 2 s: 480 of 36,000 frames, "
    ((fetched,),) = [re.findall(rf"{told}(\S+) MB of 512 MB\.", said)]
    assert sum(sent) < 16 * MIB
    assert float(fetched) * MIB == pytest.approx(sum(sent), rel=0.15)
