import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.commands.ask import ask
from bot.commands.terminal import Status
from bot.playground.model import (
    Model,
    RefuseEarly,
    Reset,
    Respond,
    Scripted,
    Stall,
    Stream,
)
from bot.settings import Asking

Captured = pytest.CaptureFixture[str]


async def asked(asking: Asking, clip: Path | str, *, as_json: bool = False) -> Status:
    return await ask(asking, str(clip), "What happens?", as_json=as_json)


async def test_the_answer_goes_to_standard_output_and_what_it_came_to_to_the_other(
    asking: Asking, clip: Path, capsys: Captured
) -> None:
    assert await asked(asking, clip) is Status.DONE
    out, err = capsys.readouterr()
    assert "bytes, sent as `video/mp4`" in out
    assert out.endswith("> What happens?\n")
    facts = err.strip()
    assert facts.startswith("google/gemini-3.5-flash-lite · 0:02 of video · ")
    assert "\n" not in facts


async def test_json_is_one_object_with_everything_that_is_known(
    asking: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    usage = {"prompt_tokens": 300, "completion_tokens": 4}
    model.script.append(Stream(("It is ", "a square."), usage=usage))
    assert await asked(asking, clip, as_json=True) is Status.DONE
    out, err = capsys.readouterr()
    assert err == ""
    answer = json.loads(out)
    assert (answer["answer"], answer["cost_usd"]) == ("It is a square.", None)
    assert answer["usage"]["prompt_tokens"] == 300
    assert answer["seconds_of_video"] == 2.0
    assert answer["notices"] == []


async def test_a_link_is_asked_about_and_a_doubt_is_told(asking: Asking, capsys: Captured) -> None:
    assert await asked(asking, "https://youtu.be/dQw4w9WgXcQ?t=80") is Status.DONE
    out, err = capsys.readouterr()
    assert "https://www.youtube.com/watch?v=dQw4w9WgXcQ" in out
    assert "may not have seen the clip" in err


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nothing.mp4", "There is no file nothing.mp4"),
        ("https://example.org/a.mp4", "no link to a YouTube video"),
    ],
)
async def test_what_can_not_be_asked_about_is_said(
    asking: Asking, target: str, words: str, capsys: Captured
) -> None:
    assert await asked(asking, target) is Status.MISUSED
    out, err = capsys.readouterr()
    assert (out, words in err) == ("", True)


async def test_a_part_is_cut_out_and_the_model_is_told_its_times(
    asking: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    done = await ask(asking, str(clip), "What happens?", (1.0, 2.0), as_json=False)
    assert done is Status.DONE
    out, err = capsys.readouterr()
    assert "sent as `video/mp4`" in out
    assert "The model saw clip.mp4 from 0:00 to its end." not in err
    model.script.append(Stream(("A band.",)))
    await ask(asking, "https://youtu.be/dQw4w9WgXcQ", "What?", (61.0, 75.0), as_json=False)
    said = model.requests[-1].body["messages"][1]["content"][-1]["text"]
    assert said == "What?\n(Only the part from 1:01 to 1:15 is asked about.)"


async def test_a_part_that_is_none_is_said(
    asking: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    assert await ask(asking, str(clip), "?", (20.0, 10.0), as_json=False) is Status.MISUSED
    assert capsys.readouterr().err == "A part from 0:20 to 0:10 is none.\n"
    assert not model.requests


PAGE = "<html><head><title>502 Bad Gateway</title></head></html>"
FAULTS: dict[str, tuple[Scripted, str, Status]] = {
    "413": (
        RefuseEarly(413, "<html><title>413 Request Entity Too Large</title></html>"),
        "The clip is larger than OpenRouter accepts",
        Status.FAILED,
    ),
    "an HTML error page": (
        Respond(502, PAGE),
        "OpenRouter has trouble of its own (“502 Bad Gateway”)",
        Status.MAY_PASS,
    ),
    "a reset after half the upload": (
        Reset(after=0.5),
        "I can't reach OpenRouter",
        Status.MAY_PASS,
    ),
    "a stalled stream": (Stall(), "OpenRouter stopped responding", Status.MAY_PASS),
    "a wrong key": (
        Respond(401, {"error": {"code": 401, "message": "User not found."}}),
        "OpenRouter refused this bot's key",
        Status.FAILED,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_a_sentence_and_a_status_to_script_against(
    impatient: Asking, clip: Path, model: Model, capsys: Captured, name: str
) -> None:
    scripted, sentence, status = FAULTS[name]
    model.script.extend([scripted] * 3)
    assert await asked(impatient, clip) is status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(sentence)
    assert "\n" not in err.strip()
    model.script.clear()
    model.script.extend([scripted] * 3)
    assert await asked(impatient, clip, as_json=True) is status
    error: Any = json.loads(capsys.readouterr().out)["error"]
    assert error["sentence"].startswith(sentence)
    assert error["may_pass"] is (status is Status.MAY_PASS)


async def test_what_was_said_before_it_broke_off_is_kept(
    impatient: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    model.script.append(Stall(("It is ", "a squ")))
    assert await asked(impatient, clip) is Status.MAY_PASS
    out, err = capsys.readouterr()
    assert out == "It is a squ\n"
    assert err.startswith("OpenRouter stopped responding")


async def test_an_answer_without_sight_is_disowned(
    asking: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    counts = {"video_tokens": 0, "audio_tokens": 0, "cached_tokens": 0}
    usage = {"prompt_tokens": 9000, "completion_tokens": 4, "prompt_tokens_details": counts}
    model.script.append(Stream(("A dog.",), usage=usage, host="Google"))
    assert await asked(asking, clip) is Status.FAILED
    out, err = capsys.readouterr()
    assert out == "A dog.\n"
    assert err.startswith("Disregard the answer above. google/gemini-3.5-flash-lite answered")


async def test_what_a_terminal_would_obey_is_left_out(
    asking: Asking, clip: Path, model: Model, capsys: Captured
) -> None:
    model.script.append(Stream(("It is \x1b[2J\x1b]0;x\x07", "a square.")))
    await asked(asking, clip)
    assert capsys.readouterr().out == "It is [2J]0;xa square.\n"


def run(environ: dict[str, str], *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
    return subprocess.run(  # noqa: S603 (our own)
        (sys.executable, "-m", "bot", *arguments),
        env={**clean, **environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_settings_that_are_missing_are_said_before_anything(tmp_path: Path, clip: Path) -> None:
    done = run({}, "ask", str(clip), "What?", folder=tmp_path)
    assert done.returncode == Status.MISUSED
    assert "No provider is configured" in done.stderr


def test_the_command_line_is_over_the_environment(tmp_path: Path, clip: Path) -> None:
    environ = {
        "OPENROUTER_API_KEY": "key",
        "LUNOS_API_KEY": "key",
        "LUNOS_BASE_URL": "http://127.0.0.1:9/v1",
    }
    done = run(environ, "ask", str(clip), "--provider", "lunos", "--json", folder=tmp_path)
    assert done.returncode == Status.MAY_PASS
    assert "Lunos" in json.loads(done.stdout)["error"]["sentence"]


def test_a_question_may_stand_after_the_options(tmp_path: Path, clip: Path) -> None:
    environ = {"CUSTOM_BASE_URL": "http://127.0.0.1:9/v1", "MODEL": "m"}
    asked = ("ask", str(clip), "--from", "0:01", "--json", "What?")
    assert run(environ, *asked, folder=tmp_path).returncode == Status.MAY_PASS
    for wrong, named in ((["--from", "soon"], "soon"), (["--loud"], "--loud"), (["a", "b"], "b")):
        done = run(environ, "ask", str(clip), *wrong, folder=tmp_path)
        assert done.returncode == Status.MISUSED
        assert named in done.stderr


async def test_a_terminal_shows_how_far_it_is(
    asking: Asking, clip: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = pty.openpty()
    shown = bytearray()
    loop = asyncio.get_running_loop()
    loop.add_reader(reader, lambda: shown.extend(os.read(reader, 1 << 16)))
    monkeypatch.setenv("TERM", "xterm")
    model.script.append(Stream(("A square.",)))
    try:
        with os.fdopen(writer, "w") as terminal:
            monkeypatch.setattr(sys, "stderr", terminal)
            assert await asked(asking, clip) is Status.DONE
            terminal.flush()
            while b"of video" not in shown:  # the terminal hands it on  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        loop.remove_reader(reader)
        os.close(reader)
    # The upload is too short to be caught; what it ended with stands until the first word.
    assert b"asking google/gemini-3.5-flash-lite" in shown
