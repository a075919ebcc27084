import asyncio
import hashlib
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.playground.clips import make_clip


async def playground(
    *arguments: str, typed: str = "", **environ: str
) -> tuple[int | None, str, str]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "playground", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environ},
    )
    try:
        out, err = await asyncio.wait_for(running.communicate(typed.encode()), 50)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode, out.decode(), err.decode()


async def test_one_question_is_asked_and_answered() -> None:
    status, out, err = await playground("--once", "What happens?")
    assert (status, err) == (0, "")
    assert "I am a stand-in, not an AI." in out
    assert "scene cuts at 0:02, 0:04" in out
    assert "> What happens?" in out
    assert "\x1b" not in out


async def test_a_missing_clip_is_said_before_anything_starts() -> None:
    status, out, err = await playground("--once", "nothing.mp4", "What happens?")
    assert (status, out, err) == (2, "", "There is no file at nothing.mp4.\n")


async def test_a_file_that_is_no_clip_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no clip at all")
    status, out, _ = await playground("--once", str(tmp_path / "clip.mp4"), "What happens?")
    assert status == 1
    assert "clip.mp4" in out


async def test_a_bot_that_can_not_start_says_why() -> None:
    status, out, err = await playground("--real", PROVIDER="nonsense")
    assert (status, out) == (1, "")
    assert "not nonsense" in err
    assert "The bot ended with exit status 2." in err


async def test_typed_lines_are_answered_in_turn() -> None:
    status, out, err = await playground(typed="/clip\nWhat?\n/dance\n")
    assert (status, err) == (0, "")
    assert out.index("Nothing leaves this machine") < out.index("> What?") < out.index("/dance")


async def test_a_follow_up_is_asked_in_the_thread_of_the_answer() -> None:
    status, out, err = await playground(typed="/follow what?\n/clip\nWhat?\n/follow And then?\n")
    assert (status, err) == (0, "")
    assert "There is no answer yet to go on from." in out
    asked = [line.strip(" │") for line in out.splitlines()]
    assert asked.index("> What?") < asked.index("> And then?")
    assert out.count("SHA-256") == 2  # the clip was seen again


async def test_an_interrupted_playground_leaves_cleanly() -> None:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "playground"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert running.stdout is not None
    await asyncio.wait_for(running.stdout.readline(), 50)
    running.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(running.communicate(), 20)
    assert (running.returncode, err) == (0, b"")


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mpeg"])
async def test_a_clip_of_ones_own_is_measured_rightly(tmp_path: Path, suffix: str) -> None:
    clip = tmp_path / f"my clip.{suffix}"
    make_clip(clip, seconds=3)
    status, out, err = await playground("--once", str(clip), "What happens?")
    assert (status, err) == (0, "")
    assert hashlib.sha256(clip.read_bytes()).hexdigest() in out
    assert "lasts 0:03.0" in out
