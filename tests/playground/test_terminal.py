import asyncio
import os
import re
import termios
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot.playground.terminal.channel import read_address
from bot.playground.terminal.children import Died, child
from bot.playground.terminal.commands import (
    Ask,
    Attach,
    AttachMade,
    Follow,
    Help,
    Misread,
    Quit,
    read_command,
)
from bot.playground.terminal.drawing import draw, repaint
from bot.playground.terminal.logbook import Ended, read_line
from bot.playground.terminal.markdown import ANSI, PLAIN, Ink, columns, rows
from bot.playground.terminal.scene import Scene, weight
from bot.playground.terminal.screen import Screen
from bot.playground.terminal.stage import bot_environ
from bot.playground.terminal.typed import typed_lines, unechoed

ADDRESS = read_address(
    {
        "api_url": "http://127.0.0.1:1/api/v10",
        "gateway_url": "ws://127.0.0.1:1/gateway",
        "cdn_host": "127.0.0.1:1",
        "control_url": "http://127.0.0.1:1/playground",
        "token": "playground-token",
        "bot_id": "1",
        "channel_id": "5",
        "user_id": "2",
    }
)
ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def message(number: int, text: str, author: int = 2, place: int = 5, **more: Any) -> dict[str, Any]:
    names = {1: "Reeltalk", 2: "ada"}
    return {
        "id": str(number),
        "channel_id": str(place),
        "type": 0,
        "content": text,
        "author": {"id": str(author), "username": names[author]},
        "mentions": [{"id": "1", "username": "Reeltalk"}],
        "attachments": [],
        **more,
    }


def scene_of(*changes: tuple[str, Mapping[str, Any]]) -> Scene:
    scene = Scene(me=2)
    for kind, about in changes:
        subject = "thread" if kind == "thread_created" else "message"
        scene.change({"kind": kind, subject: about})
    return scene


def test_a_line_is_a_question_or_a_command(tmp_path: Path) -> None:
    clip = tmp_path / "my clip.mp4"
    clip.touch()
    assert read_command("  What is it?\n") == Ask("What is it?")
    assert read_command(f"/attach '{clip}'") == Attach(clip)
    assert read_command("/clip") == AttachMade()
    assert read_command("/follow and then?") == Follow("and then?")
    assert read_command("/help") == Help()
    assert read_command("/quit") == Quit()
    assert read_command(" \n") is None


def test_a_command_that_means_nothing_is_explained() -> None:
    assert read_command("/attach nothing.mp4") == Misread("There is no file at nothing.mp4.")
    assert read_command("/attach") == Misread("Name a file: /attach PATH")
    assert read_command("/follow") == Misread("Ask something: /follow TEXT")
    assert isinstance(read_command("/dance"), Misread)


def test_the_log_tells_how_a_question_ended() -> None:
    line = "12:00:00 INFO bot.app guild=7 question=42 clips=1 outcome=answered ms=900"
    assert read_line(line) == Ended(42, "answered")
    assert read_line("outcome=refused question=42") == Ended(42, "refused")
    assert read_line("INFO bot.app question=42 is being asked") is None
    assert read_line("a word with subquestion=42 outcome=x") is None


def test_a_thread_stands_under_its_message() -> None:
    scene = scene_of(
        (
            "message_created",
            message(10, "<@1> What?", attachments=[{"filename": "a.mp4", "size": 9}]),
        ),
        ("thread_created", {"id": "10", "name": "What?"}),
        ("message_created", message(10, "", author=1, place=10, type=21)),
        ("message_created", message(11, "Looking", author=1, place=10)),
        ("message_edited", message(11, "A **square**.\n\nWhite.", author=1, place=10)),
    )
    assert draw(scene, 5, 10, 80, PLAIN) == [
        "you",
        "  @Reeltalk What?",
        "  + a.mp4, 1 KB",
        "  ╷ thread: What?",
        "  │",
        "  │ Reeltalk",
        "  │   A **square**.",
        "  │",
        "  │   White.",
        "",
    ]


def test_only_what_was_said_since_the_question_is_drawn() -> None:
    scene = scene_of(
        ("message_created", message(10, "before")),
        ("message_created", message(11, "after")),
        ("message_created", message(12, "gone")),
        ("message_deleted", message(12, "gone")),
        ("gateway_ready", {}),
    )
    assert draw(scene, 5, 11, 80, PLAIN) == ["you", "  after", ""]


def test_emphasis_is_drawn_and_takes_no_room() -> None:
    (row,) = rows("a **bold word** here", 18, ANSI)
    assert row == "a \x1b[1mbold\x1b[0m \x1b[1mword\x1b[0m here"
    assert list(rows("-# small", 20, ANSI)) == ["\x1b[2msmall\x1b[0m"]
    assert list(rows("-# small", 20, PLAIN)) == ["small"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three", ["one two", "three"]),
        ("- one two three", ["- one", "  two", "  three"]),
        ("> one two three", ["> one", "> two", "> three"]),
        ("```\n**a** bcdefgh i\n```", ["```", "**a** bc", "defgh i", "```"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("一二三 四", ["一二三", "四"]),
        ("", [""]),
    ],
)
def test_rows_are_broken_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert list(rows(text, 8, PLAIN)) == expected


def test_no_row_is_wider_than_asked() -> None:
    text = "- **very long bold words** and `code` 一二三四五六七八九 " * 5 + "\n> " + "x" * 100
    for width in range(6, 60):
        assert all(columns(ESCAPE.sub("", row)) <= width for row in rows(text, width, ANSI))


def test_words_can_not_command_the_terminal() -> None:
    assert list(rows("a\x1b[2Jb\x07\x9b1A\rc", 80, ANSI)) == ["a[2Jb1Ac"]


def shown(rows_: Sequence[str], painted: str) -> list[str]:
    """Do what a terminal would, to rows above a cursor at the start of the line below them."""
    at, screen = len(rows_), list(rows_)
    if back := re.match(r"\x1b\[(\d+)F\x1b\[J", painted):
        at -= int(back[1])
        painted = painted[back.end() :]
    return screen[:at] + painted.splitlines()


@pytest.mark.parametrize("old", [[], ["a"], ["a", "b"], ["a", "x", "c"]])
@pytest.mark.parametrize("new", [[], ["a"], ["b"], ["a", "b", "c"], ["a", "b", "c", "d"]])
def test_repainting_turns_the_old_rows_into_the_new(old: list[str], new: list[str]) -> None:
    assert shown(old, repaint(old, new, 24)) == new


def test_repainting_stays_on_the_screen() -> None:
    old = [str(number) for number in range(30)]
    painted = repaint(old, ["new", *old[1:], "30"], 10)
    assert painted.startswith("\x1b[9F\x1b[J21\n")
    assert repaint(old, [*old, "30"], 10) == "30\n"


def test_sizes_are_written_as_people_read_them() -> None:
    assert [weight(9), weight(80_519), weight(18_400_000)] == ["1 KB", "81 KB", "18.4 MB"]


def test_the_bot_is_kept_from_every_real_provider() -> None:
    person = {"LUNOS_API_KEY": "mine", "CUSTOM_MODEL": "mine", "OPENROUTER_API_KEY": "mine"}
    environ = bot_environ(person, ADDRESS, "http://127.0.0.1:2/v1", Path("x"))
    assert "mine" not in environ.values()
    assert (environ["PROVIDER"], environ["CUSTOM_BASE_URL"]) == ("custom", "http://127.0.0.1:2/v1")
    assert environ["DISCORD_TOKEN"] == "playground-token"  # noqa: S105  the emulator's own
    assert environ["OPENROUTER_API_KEY"] == ""


def test_the_real_provider_is_left_as_it_was_set() -> None:
    environ = bot_environ({"OPENROUTER_API_KEY": "mine", "MODEL": "m"}, ADDRESS, None, Path("x"))
    assert (environ["OPENROUTER_API_KEY"], environ["MODEL"]) == ("mine", "m")
    assert "PROVIDER" not in environ


async def test_a_child_that_ends_leaves_its_last_words() -> None:
    deaths = asyncio.Queue[Died]()
    lines = list[str]()
    async with child(
        *("The stand-in", "bot.playground.model", "--nonsense"),
        environ=os.environ,
        heed=lines.append,
        mourn=deaths.put_nowait,
    ) as stand_in:
        assert await stand_in.announcement() is None
        died = await asyncio.wait_for(deaths.get(), 10)
    assert (died.name, died.status) == ("The stand-in", 2)
    assert "--nonsense" in died.lines[-1]
    assert tuple(lines) == died.lines


async def test_a_child_ends_with_its_block() -> None:
    async with child(
        *("The stand-in", "bot.playground.model"),
        environ=os.environ,
        heed=lambda _: None,
        mourn=lambda _: None,
    ) as stand_in:
        assert await stand_in.announcement() is not None
    assert (await asyncio.wait_for(stand_in.died(), 10)).status == 0


async def test_lines_come_from_a_pipe_and_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("one\ntwo")
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo")
    os.close(writing)
    file = os.open(tmp_path / "lines", os.O_RDONLY)
    for descriptor in (reading, file):
        with typed_lines(descriptor) as lines:
            assert await lines.read() == b"one\ntwo"
        os.close(descriptor)


def test_typing_ahead_is_not_echoed_and_then_is_again() -> None:
    ours, theirs = os.openpty()
    with unechoed(theirs):
        assert not termios.tcgetattr(theirs)[3] & termios.ECHO
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)
    os.close(theirs)


def test_a_terminal_is_redrawn_and_a_file_is_not() -> None:
    def draw_(_: int, ink: Ink) -> list[str]:
        return [ink.embolden("a"), ""]

    for live, ink, written in ((True, ANSI, "\x1b[1ma\x1b[0m\n\n"), (False, PLAIN, "")):
        screen = Screen(out := StringIO(), StringIO(), live=live, ink=ink)
        screen.show(draw_)
        screen.show(draw_)
        assert out.getvalue() == written
        screen.settle()
        assert out.getvalue() == (written or "a\n\n")


def test_complaints_can_not_command_the_terminal() -> None:
    screen = Screen(StringIO(), err := StringIO(), live=True, ink=ANSI)
    screen.complain("a\x1b[2J", "b")
    assert err.getvalue() == "a[2J\nb\n"


def test_a_link_with_a_name_is_shown_by_its_name() -> None:
    line = r"-# ▶ [my \[best\] clip.mp4](http://127.0.0.1/x), [1:23](https://youtu.be/ID?t=83)"
    assert list(rows(line, 80, PLAIN)) == ["▶ my [best] clip.mp4, 1:23"]
