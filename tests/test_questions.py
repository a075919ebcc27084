import json

from bot.clips import Upload, YouTubeLink
from bot.questions import Question

QUESTION = Question(
    id=1_298_000_000_000_000_001,
    guild_id=2,
    channel_id=3,
    message_id=6,
    author_id=4,
    text="Was passiert? “quoted”",
    clips=(Upload(3, 1_298_000_000_000_000_001, 5, "clip.mp4"), YouTubeLink("dQw4w9WgXcQ", 80)),
)


def test_a_question_survives_the_queue() -> None:
    assert Question.from_json(QUESTION.to_json()) == QUESTION


def test_a_question_without_server_or_clips_survives_too() -> None:
    question = Question(1, None, 3, 1, 4, "", ())
    assert Question.from_json(question.to_json()) == question


def test_a_question_holds_ids_and_words_alone() -> None:
    assert json.loads(QUESTION.to_json()) == {
        "id": 1_298_000_000_000_000_001,
        "guild_id": 2,
        "channel_id": 3,
        "message_id": 6,
        "author_id": 4,
        "text": "Was passiert? “quoted”",
        "clips": [
            {
                "kind": "Upload",
                "channel_id": 3,
                "message_id": 1_298_000_000_000_000_001,
                "attachment_id": 5,
                "name": "clip.mp4",
                "seconds": None,
            },
            {"kind": "YouTubeLink", "video_id": "dQw4w9WgXcQ", "start": 80},
        ],
        "start": 0.0,
        "end": None,
    }
