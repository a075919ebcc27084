"""Real files of every kind through the whole bot: each ends in an answer or in its own sentence."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage
from tests.media.corpus import BROKEN, CONTAINERS, ODDITIES, OLD, Entry, made

SMALL = {"PROVIDER": "custom", "MODEL": "stand-in", "CUSTOM_MAX_INLINE_MB": "0.07"}
DOCUMENTED = {
    "video/mp4": "mov",
    "video/mov": "mov",
    "video/webm": "matroska",
    "video/mpeg": "mpeg",
}
NOT_VIDEO = "not a video I can watch. Send the video itself, as MP4, QuickTime, WebM or MPEG."
DAMAGED = "can't be read as a video: it may be damaged. Save it again as an MP4 and send that."
REFUSED = {
    "empty.mp4": f"is an empty file, {NOT_VIDEO}",
    "text.mp4": f"is a text file, {NOT_VIDEO}",
    "playlist.mp4": f"is a playlist, {NOT_VIDEO}",
    "concat.mp4": f"is a playlist, {NOT_VIDEO}",
}
REFUSED_WHEN_FITTED = {**REFUSED, "cut off.mp4": DAMAGED}
GROUPS = {"containers": CONTAINERS, "old": OLD, "oddities": ODDITIES, "broken": BROKEN}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("corpus")
    return made(folder, [entry for group in GROUPS.values() for entry in group])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give temporary folders a place of their own, and see that none outlives a test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
    assert psutil.Process().children(recursive=True) == []


async def said_of(stage: Stage, entries: Sequence[Entry], corpus: dict[str, Path]) -> list[str]:
    """Ask about each file, and return how each question ended and what was said."""
    asked = [stage.ask("what is this?", corpus[entry.name]) for entry in entries]
    outcomes = [await stage.outcomes.of(question) for question in asked]
    said = ["\n".join(stage.said(question)) for question in asked]
    return [f"{outcome}: {text}" for outcome, text in zip(outcomes, said, strict=True)]


def check(said: str, refusal: str | None, most: int) -> None:
    if refusal is not None:
        assert said.startswith("refused: ")
        assert said.endswith(refusal)
        return
    assert said.startswith("answered: ")
    ((size, sent),) = re.findall("- ([0-9,]+) bytes, sent as `([^`]*)`", said)
    assert int(size.replace(",", "")) <= most
    assert sent in DOCUMENTED
    if "can't open it" not in said:
        ((container, seconds),) = re.findall(r"container `(\w+).*`, lasts 0:0([0-9.]+)", said)
        assert container == DOCUMENTED[sent]
        assert 1.9 < float(seconds) < 5.6


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("group", GROUPS)
async def test_each_is_answered_or_refused_in_its_own_words(
    stage: Stage, corpus: dict[str, Path], group: str
) -> None:
    entries = GROUPS[group]
    for entry, said in zip(entries, await said_of(stage, entries, corpus), strict=True):
        check(said, REFUSED.get(entry.name), most=70 << 20)


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("group", GROUPS)
async def test_each_is_made_to_fit_or_refused_in_its_own_words(
    start: Start, corpus: dict[str, Path], group: str
) -> None:
    entries = GROUPS[group]
    async with start(**SMALL) as stage:
        ended = await said_of(stage, entries, corpus)
    for entry, said in zip(entries, ended, strict=True):
        check(said, REFUSED_WHEN_FITTED.get(entry.name), most=int(0.07 * (1 << 20)))
