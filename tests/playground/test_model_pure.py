import json
from pathlib import Path
from typing import Any

import pytest

from bot.playground.clips import make_clip
from bot.playground.model.answer import Opened, compose, length, moment, pieces, usage
from bot.playground.model.asking import (
    Asked,
    Attached,
    Linked,
    Received,
    Refused,
    read_request,
)
from bot.playground.model.findings import Findings, Pictures, Sound, Unopened, from_json, to_json
from bot.playground.model.inspection import cuts, inspect
from bot.playground.model.lifting import Begun, Encoded, Ended, Lifter, Plain

CLIP = Received("video/mp4", 3, "ab12")
PICTURES = Pictures("h264", 320, 180, frames=1500, cuts=(2.0, 63.9), exact=True)
FOUND = Findings("mov", 61.5, PICTURES, None)


def about(*clips: Attached | Linked, question: str = "What?") -> Asked:
    return Asked("m", stream=True, clips=clips, question=question, earlier=0, words=3)


def lift(*chunks: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Give the JSON that stays, and each lifted data URL's type and base64."""
    lifter, stays, lifted = Lifter(), b"", list[tuple[str, bytes]]()
    for chunk in chunks:
        for event in lifter.feed(chunk):
            match event:
                case Plain(text):
                    stays += text
                case Begun(mime):
                    lifted.append((mime, b""))
                case Encoded(text):
                    lifted[-1] = (lifted[-1][0], lifted[-1][1] + text)
                case Ended():
                    pass
    return stays + lifter.finish().text, lifted


def body(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": list(parts)}], **fields}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def video(url: Any, kind: str = "video_url") -> dict[str, Any]:
    return {"type": kind, "video_url": {"url": url}}


def test_data_urls_are_lifted_wherever_the_chunks_are_cut() -> None:
    whole = json.dumps(
        body(text('say "data:video/mp4;base64,'), video("data:video/mp4;base64,QUJD"))
    )
    expected = (whole.replace("data:video/mp4;base64,QUJD", "").encode(), [("video/mp4", b"QUJD")])
    for cut in range(len(whole)):
        assert lift(whole[:cut].encode(), whole[cut:].encode()) == expected
    assert lift(*(bytes([byte]) for byte in whole.encode())) == expected


def test_several_data_urls_are_told_apart() -> None:
    stays, lifted = lift(b'["data:a/b;base64,QQ==","data:c/d;x=y;base64,Qg=="]')
    assert stays == b'["",""]'
    assert lifted == [("a/b", b"QQ=="), ("c/d", b"Qg==")]


def test_a_question_is_read_with_the_clips_it_is_about() -> None:
    parts = text("clip.mp4"), video("key"), text("What is it?"), video("https://y.be/1")
    asked = read_request(body(*parts, stream=True), {"key": CLIP}, None)
    assert asked.clips == (Attached("clip.mp4", CLIP), Linked("What is it?", "https://y.be/1"))
    assert asked.stream
    assert asked.words == 4


def test_words_that_are_only_a_label_are_the_question() -> None:
    assert read_request(body(text("Well?"), video("key")), {"key": CLIP}, None).question == "Well?"


def test_a_follow_up_asks_the_last_question() -> None:
    follow_up = body(text("clip.mp4"), video("key", "input_video"), text("What?"))
    follow_up["messages"] += [
        {"role": "assistant", "content": "A square."},
        {"role": "user", "content": "Where?"},
    ]
    asked = read_request(follow_up, {"key": CLIP}, None)
    assert (asked.question, asked.earlier, len(asked.clips)) == ("Where?", 2, 1)


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ([], 400, "the body: Expected an object"),
        ({}, 400, "No models provided"),
        ({"model": "other"}, 404, "No endpoints found for other."),
        ({"model": "m"}, 400, "messages: Expected a list"),
        ({"model": "m", "messages": [1]}, 400, "messages.0: Expected an object"),
        ({"model": "m", "messages": [{"role": "cat"}]}, 400, "messages.0.role"),
        (body(), 400, "messages.0.content: Expected text or a list"),
        (body({"type": "video"}), 400, "messages.0.content.0.type: 'video' is no part"),
        (body({"type": "text"}), 400, "messages.0.content.0.text: Expected a string"),
        (body(video(5)), 400, "messages.0.content.0.video_url.url: Expected a string"),
        (body(video("QUJD")), 400, "Expected a web address or a base64 data URL"),
        (body(text("x"), stream="yes"), 400, "stream: Expected boolean"),
    ],
)
def test_what_is_wrong_with_a_body_is_said(wrong: Any, status: int, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_request(wrong, {}, "m")
    assert refused.value.status == status
    assert says in refused.value.message


def test_the_answer_says_what_it_is_what_it_found_and_what_it_was_asked() -> None:
    asked = about(Attached("clip.mp4", CLIP), question="What?\nWhen?")
    looks = [Opened(Attached("clip.mp4", CLIP), FOUND)]
    said = compose(asked, looks)
    assert said.startswith("**I am a stand-in, not an AI.**")
    for part in ("**clip.mp4**", "`ab12`", "`video/mp4`", "1:01.5", "0:02, 1:03", "no sound"):
        assert part in said
    assert said.endswith("> What?\n> When?")
    assert "".join(pieces(said)) == said
    assert usage(asked, looks, "two words").video == round(61.5 * 91)


def test_a_link_is_repeated_and_counted_as_unseen() -> None:
    link = Linked("A link", "https://www.youtube.com/watch?v=abcdefghijk")
    asked = about(link)
    assert link.url in compose(asked, [link])
    assert "opened nothing" in compose(asked, [link])
    assert usage(asked, [link], "").video == 0


def test_a_file_that_can_not_be_opened_is_called_that() -> None:
    said = compose(about(), [Opened(Attached("", CLIP), Unopened("Invalid data"))])
    assert "libav can't open it: Invalid data" in said
    assert "A clip without a label" in said


def test_times_are_written_as_people_write_them() -> None:
    assert [length(0), length(59.96), length(61.5)] == ["0:00.0", "1:00.0", "1:01.5"]
    assert [moment(2.9), moment(63), moment(3661)] == ["0:02", "1:03", "1:01:01"]


def test_a_cut_is_a_picture_unlike_the_one_before() -> None:
    dark, light = bytes(9), bytes([200]) * 9
    assert list(cuts([(0, dark), (1, dark), (2, light), (3, light), (4, dark)])) == [2, 4]


@pytest.mark.parametrize("found", [FOUND, Findings("x", None, None, Sound("aac", -3.0))])
def test_findings_survive_json(found: Findings) -> None:
    assert from_json(json.loads(json.dumps(to_json(found)))) == found
    assert from_json(to_json(Unopened("why"))) == Unopened("why")


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mpeg", ".mov"])
def test_inspection_measures_what_the_clip_was_made_of(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"clip{suffix}"
    make_clip(path, seconds=3, size=(160, 90), cuts=(1, 2))
    found = inspect(path)
    assert isinstance(found, Findings)
    assert found.seconds == pytest.approx(3, abs=0.2)
    assert found.pictures is not None
    assert found.pictures.cuts == (1, 2)
    assert (found.pictures.width, found.pictures.frames) == (160, 75)
    assert found.sound is not None
    assert found.sound.loudness == pytest.approx(-15, abs=0.5)


def test_inspection_follows_no_playlist(tmp_path: Path) -> None:
    make_clip(tmp_path / "other.mp4", seconds=0.2)
    (tmp_path / "clip.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    assert isinstance(inspect(tmp_path / "clip.mp4"), Unopened)


def test_a_clip_whose_end_is_missing_is_still_measured(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.ts", seconds=2, cuts=())
    whole = (tmp_path / "clip.ts").read_bytes()
    (tmp_path / "clip.ts").write_bytes(whole[: len(whole) // 2])
    assert isinstance(inspect(tmp_path / "clip.ts"), Findings)
