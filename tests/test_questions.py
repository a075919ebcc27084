import json

from bot.clips import Upload, YouTubeLink
from bot.conversation import Turn
from bot.questions import Question

QUESTION = Question(
    id=1_298_000_000_000_000_001,
    guild_id=2,
    channel_id=3,
    message_id=6,
    author_id=4,
    text="Was passiert? “quoted”",
    clips=(
        Upload(3, 1_298_000_000_000_000_001, 5, "clip.mp4", spoiler=True),
        YouTubeLink("dQw4w9WgXcQ", 80),
    ),
    author="Ann",
    follows=3,
    token="a token",  # noqa: S106 (it opens nothing)
    heard=(Turn("what?", (YouTubeLink("dQw4w9WgXcQ"),), answer="It is."),),
)


def test_a_question_survives_the_queue() -> None:
    assert Question.from_json(QUESTION.to_json()) == QUESTION


def test_a_question_without_server_or_clips_survives_too() -> None:
    question = Question(1, None, 3, 1, 4, "", ())
    assert Question.from_json(question.to_json()) == question


def test_a_question_that_an_earlier_version_kept_is_read() -> None:
    fields = json.loads(QUESTION.to_json())
    kept = {key: fields[key] for key in ("id", "guild_id", "channel_id", "message_id", "author_id")}
    clips = [{"kind": "YouTubeLink", "video_id": "dQw4w9WgXcQ", "start": 80}]
    text = json.dumps({**kept, "text": "what?", "clips": clips, "start": 0.0, "end": None})
    assert Question.from_json(text).clips == (YouTubeLink("dQw4w9WgXcQ", 80),)


def test_a_question_is_plain_json() -> None:
    kinds = [clip["kind"] for clip in json.loads(QUESTION.to_json())["clips"]]
    assert kinds == ["Upload", "YouTubeLink"]


def test_a_token_is_told_to_no_log() -> None:
    assert "a token" not in repr(QUESTION)


def test_what_is_asked_is_the_last_turn() -> None:
    assert QUESTION.turn == Turn(QUESTION.text, QUESTION.clips, "Ann")
