import pytest

from bot import errors
from bot.errors import AllowanceSpent, Measure, ReeltalkError, Scope
from bot.phrases import phrase
from bot.wording import PLAIN, Voice

MIDNIGHT = 1_795_219_200.0
DISCORD = Voice(str, instant="<t:{}:R>")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AllowanceSpent(Scope.PERSON, Measure.QUESTIONS, 20, 1, 20, MIDNIGHT),
            (
                "Your allowance for today is 20 questions, of which 20 are used. "
                "Ask again on 21 November at 00:00 UTC."
            ),
        ),
        (
            AllowanceSpent(Scope.PERSON_CHOSEN, Measure.SECONDS, 540, 180, 600, MIDNIGHT),
            (
                "Your allowance in this server for today is 10:00 of video, of which 9:00 is used, "
                "and this question takes about 3:00 of video. "
                "Ask again on 21 November at 00:00 UTC."
            ),
        ),
        (
            AllowanceSpent(Scope.SERVER, Measure.MICROS, 450_000, 100_000, 500_000, MIDNIGHT),
            (
                "This server's allowance for today is $0.5000, of which $0.4500 is used, and this "
                "question takes about $0.1000. Ask again on 21 November at 00:00 UTC."
            ),
        ),
        (
            AllowanceSpent(Scope.SERVER_CHOSEN, Measure.SECONDS, 0, 3600, 600, None),
            (
                "This server's allowance for a day is 10:00 of video, and this question alone "
                "takes about 1:00:00 of video. Ask about a shorter part, or fewer clips."
            ),
        ),
        (
            AllowanceSpent(Scope.EVERYWHERE, Measure.MICROS, 10, 1, 10, MIDNIGHT),
            "I have spent what I may in a day. Ask again on 21 November at 00:00 UTC.",
        ),
        (errors.BotPaused("Back at noon."), "I am paused (“Back at noon.”). Ask again later."),
        (
            errors.ChoiceAboveCeiling("max_clip_seconds", 4000, 3600),
            "The longest clip can be 1:00:00 at most here: whoever runs this bot set that.",
        ),
        (
            errors.ChoiceAboveCeiling("person.micros", 2, 1_500_000),
            (
                "The amount of money for a person in a day can be $1.50 at most here: whoever runs "
                "this bot set that."
            ),
        ),
        (
            errors.ChoiceTooSmall("server.questions", 0, 1),
            "The number of questions for the server in a day has to be 1 or more.",
        ),
    ],
)
def test_what_may_not_be_is_said_with_its_figures(error: ReeltalkError, said: str) -> None:
    assert phrase(error) == said


def test_discord_shows_instants_by_itself() -> None:
    error = AllowanceSpent(Scope.PERSON, Measure.QUESTIONS, 20, 1, 20, MIDNIGHT)
    assert phrase(error, DISCORD).endswith("Ask again <t:1795219200:R>.")
    assert PLAIN.at(0.2) == "on 01 January at 00:00 UTC"
