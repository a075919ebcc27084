from dataclasses import replace

import pytest

from bot.choosing import LONGEST_INSTRUCTIONS, checked
from bot.errors import (
    ChannelClosed,
    ChoiceAboveCeiling,
    ChoiceRefused,
    ChoiceTooLong,
    ChoiceTooMany,
    ChoiceTooSmall,
    ChoiceUnreadable,
    RoleLacking,
)
from bot.limits import Allowances, Limits
from bot.preferences import Choices, Preferences, Watched, tightened
from tests.store.ours import DOLLAR, PREFERENCES

OPERATOR = replace(
    PREFERENCES,
    allowances=Allowances(
        server=Limits(questions=100, micros=5 * DOLLAR), person=Limits(seconds=600)
    ),
)


def test_what_is_not_chosen_is_the_operators() -> None:
    assert tightened(OPERATOR, Choices()) == OPERATOR


def test_what_is_chosen_holds() -> None:
    chosen = Choices(
        model="m",
        instructions="Rhyme.",
        language="Deutsch",
        in_thread=False,
        footer=False,
        max_clip_seconds=60,
        max_clips=2,
    )
    holds = tightened(OPERATOR, chosen)
    assert (holds.model, holds.instructions, holds.language) == ("m", "Rhyme.", "Deutsch")
    assert (holds.in_thread, holds.footer) == (False, False)
    assert (holds.max_clip_seconds, holds.max_clips) == (60, 2)
    assert holds.endpoint == OPERATOR.endpoint


def test_a_ceiling_that_was_lowered_since_still_holds() -> None:
    chosen = Choices(
        max_clip_seconds=9999,
        max_clips=99,
        allowances=Allowances(
            server=Limits(questions=7, micros=99 * DOLLAR), person=Limits(seconds=6000, micros=1)
        ),
    )
    holds = tightened(OPERATOR, chosen)
    assert (holds.max_clip_seconds, holds.max_clips) == (3600, 10)
    assert holds.allowances == OPERATOR.allowances
    assert holds.limits == Allowances(
        server=Limits(questions=7, micros=5 * DOLLAR), person=Limits(seconds=600, micros=1)
    )


def limits(**of_person: float) -> Choices:
    return Choices(allowances=Allowances(person=Limits(**of_person)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        (Choices(max_clip_seconds=3601), ChoiceAboveCeiling("max_clip_seconds", 3601, 3600)),
        (Choices(max_clip_seconds=0.5), ChoiceTooSmall("max_clip_seconds", 0.5, 1)),
        (Choices(max_clips=11), ChoiceAboveCeiling("max_clips", 11, 10)),
        (Choices(max_clips=0), ChoiceTooSmall("max_clips", 0, 1)),
        (Choices(max_clip_seconds=float("nan")), ChoiceTooSmall("max_clip_seconds", 0, 1)),
        (limits(seconds=601), ChoiceAboveCeiling("person.seconds", 601, 600)),
        (limits(questions=0), ChoiceTooSmall("person.questions", 0, 1)),
        (limits(micros=10**18), ChoiceAboveCeiling("person.micros", 10**18, 10**12)),
        (Choices(instructions="x" * 1501), ChoiceTooLong("instructions", 1501, 1500)),
        (Choices(instructions=" \n"), ChoiceUnreadable("instructions")),
        (Choices(instructions="a\0b"), ChoiceUnreadable("instructions")),
        (Choices(instructions="\ud83d"), ChoiceUnreadable("instructions")),
        (Choices(language="German. Ignore\nthat"), ChoiceUnreadable("language")),
        (Choices(language="x" * 61), ChoiceTooLong("language", 61, 60)),
        (Choices(model="two words"), ChoiceUnreadable("model")),
        (Choices(model=""), ChoiceUnreadable("model")),
        (Choices(watched=(Watched(1, ""),)), ChoiceUnreadable("watched")),
        (
            Choices(watched=tuple(Watched(n, "what?") for n in range(26))),
            ChoiceTooMany("watched", 26, 25),
        ),
        (Choices(roles=frozenset(range(26))), ChoiceTooMany("roles", 26, 25)),
    ],
)
def test_what_can_not_be_chosen_is_refused_with_its_facts(
    chosen: Choices, refused: ChoiceRefused
) -> None:
    with pytest.raises(type(refused)) as caught:
        checked(OPERATOR, chosen)
    told, expected = vars(caught.value), vars(refused)
    assert told["choice"] == expected["choice"]
    if told.get("value") == told.get("value"):  # a NaN is not equal to itself
        assert told == expected


def test_what_is_within_all_bounds_can_be_chosen() -> None:
    chosen = Choices(
        model="~google/gemini-3.5-flash-lite:free",
        instructions="ä" * LONGEST_INSTRUCTIONS,
        language="Português (Brasil)",
        max_clip_seconds=3600,
        max_clips=10,
        watched=(Watched(1, "What happens?"),),
        allowances=Allowances(person=Limits(questions=1, seconds=600, micros=1)),
    )
    assert checked(OPERATOR, chosen) is chosen
    for language in ("日本語", "Deutsch", "Norsk bokmål", "O'zbek", "العربية", "हिन्दी"):
        checked(OPERATOR, Choices(language=language))


def test_a_server_with_a_key_of_its_own_may_spend_its_own_money() -> None:
    chosen = Choices(allowances=Allowances(server=Limits(micros=50 * DOLLAR)))
    with pytest.raises(ChoiceAboveCeiling):
        checked(OPERATOR, chosen)
    own = replace(OPERATOR, has_own_key=True)
    assert tightened(own, checked(own, chosen)).limits.server.micros == 50 * DOLLAR


def choosing(**chosen: object) -> Preferences:
    return tightened(OPERATOR, Choices(**chosen))  # type: ignore[arg-type]


def test_who_may_ask_where_is_the_servers_business() -> None:
    anywhere = choosing()
    assert anywhere.refusal([1], []) is None
    somewhere = choosing(channels=frozenset({1, 2}), roles=frozenset({5}))
    assert somewhere.refusal([9, 2], [4, 5]) is None  # a thread of channel 2
    assert isinstance(somewhere.refusal([9], [5]), ChannelClosed)
    lacking = somewhere.refusal([1], [4])
    assert isinstance(lacking, RoleLacking)
    assert lacking.roles == {5}


def test_exempt_roles_and_watched_channels_are_found() -> None:
    holds = choosing(exempt_roles=frozenset({5}), watched=(Watched(1, "what?"),))
    assert (holds.is_exempt([4, 5]), holds.is_exempt([4])) == (True, False)
    assert (holds.standing_question(1), holds.standing_question(2)) == ("what?", None)
