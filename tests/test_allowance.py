from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.allowance import Amount, Charge, Used, expected, next_day, refusal
from bot.clips import Upload, YouTubeLink
from bot.errors import AllowanceSpent, Measure, Scope
from bot.limits import UNLIMITED, Allowances, Limits
from bot.providers.catalogue import Model
from tests.store.ours import DOLLAR, PREFERENCES

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHARGE = Charge(1, 7, 700, Amount(1, 60, 1000))
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC).timestamp()


def used(**amounts: Amount) -> Used:
    return {scope: amounts.get(scope.name.lower(), Amount()) for scope in Scope}


def refused(
    charge: Charge,
    had: Used,
    operators: Allowances = UNLIMITED,
    chosen: Allowances = UNLIMITED,
) -> tuple[Scope, Measure, float | None] | None:
    error = refusal(charge, had, operators, chosen, NOON)
    return error and (error.scope, error.measure, error.frees_at)


def test_without_limits_nothing_is_refused() -> None:
    assert refused(CHARGE, used(everywhere=Amount(10**6, 10**9, 10**12))) is None


@pytest.mark.parametrize("measure", list(Measure))
def test_a_limit_can_be_used_up_to_the_last_piece(measure: Measure) -> None:
    name, amount = measure.name.lower(), CHARGE.amount.of(measure)
    allowances = Allowances(person=Limits(**{name: 2 * amount}))  # type: ignore[arg-type]
    once = used(person=CHARGE.amount)
    twice = used(person=Amount(2, 120, 2000))
    assert refused(CHARGE, once, allowances) is None
    assert refused(CHARGE, twice, allowances) == (Scope.PERSON, measure, MIDNIGHT)


def test_a_refusal_tells_its_figures() -> None:
    allowances = Allowances(everywhere=Limits(micros=DOLLAR))
    had = used(everywhere=Amount(50, 3000, DOLLAR - 999))
    error = refusal(CHARGE, had, allowances, UNLIMITED, NOON)
    assert isinstance(error, AllowanceSpent)
    assert (error.used, error.asked, error.limit) == (DOLLAR - 999, 1000, DOLLAR)


def test_a_question_that_is_more_than_a_whole_day_has_never_frees_up() -> None:
    allowances = Allowances(server=Limits(seconds=59))
    assert refused(CHARGE, used(), allowances) == (Scope.SERVER, Measure.SECONDS, None)


def test_the_widest_limit_is_told_first() -> None:
    none_left = Limits(questions=1)
    all_used = used(**{scope.name.lower(): Amount(1) for scope in Scope})
    operators = Allowances(none_left, none_left, none_left)
    scopes = [
        refused(CHARGE, all_used, operators, operators),
        refused(CHARGE, all_used, replace(operators, everywhere=Limits()), operators),
        refused(CHARGE, all_used, Allowances(person=none_left), operators),
        refused(CHARGE, all_used, UNLIMITED, operators),
        refused(CHARGE, all_used, UNLIMITED, Allowances(person=none_left)),
    ]
    assert [found and found[0] for found in scopes] == list(Scope)


def test_who_is_exempt_is_bound_by_the_operator_alone() -> None:
    exempt = replace(CHARGE, is_exempt=True)
    one = Allowances(server=Limits(questions=1), person=Limits(questions=1))
    all_used = used(**{scope.name.lower(): Amount(1) for scope in Scope})
    assert refused(exempt, all_used, chosen=one) is None
    assert refused(exempt, all_used, one) is not None


def test_a_servers_own_money_is_no_matter_of_the_operators() -> None:
    own = replace(CHARGE, has_own_key=True)
    broke = Allowances(*[Limits(micros=1)] * 3)
    assert refused(own, used(), broke) is None
    assert refused(own, used(), chosen=broke) == (Scope.SERVER_CHOSEN, Measure.MICROS, None)


def test_direct_messages_are_in_no_server() -> None:
    direct = replace(CHARGE, guild_id=None)
    one = Allowances(server=Limits(questions=1), person=Limits(questions=1))
    had = used(server=Amount(1), person_chosen=Amount(1))
    assert refused(direct, had, one, one) is None


def test_what_costs_nothing_is_not_refused_for_money() -> None:
    free = replace(CHARGE, amount=Amount(1, 60, 0))
    spent = used(everywhere=Amount(1, 60, 5))
    assert refused(free, spent, Allowances(everywhere=Limits(micros=5))) is None


def test_a_day_is_utcs() -> None:
    elsewhere = datetime(2026, 11, 20, 23, tzinfo=timezone(timedelta(hours=-3)))
    assert next_day(elsewhere) == datetime(2026, 11, 22, tzinfo=UTC)


def upload(seconds: float | None) -> Upload:
    return Upload(1, 2, 3, "clip.mp4", seconds)


def test_an_unknown_length_counts_as_it_is_set_and_none_as_more_than_is_shown() -> None:
    clips = (upload(10), upload(None), YouTubeLink("dQw4w9WgXcQ"), upload(9000))
    assert expected(clips, None, PREFERENCES, unknown=300) == Amount(1, 10 + 300 + 300 + 3600)
    short = replace(PREFERENCES, max_clip_seconds=60)
    assert expected(clips, None, short, unknown=300).seconds == 10 + 60 + 60 + 60


def test_money_is_expected_for_the_clips_and_the_longest_answer() -> None:
    model = Model("google/gemini-3.5-flash-lite", prompt_price=1e-6, completion_price=2e-6)
    nothing = expected((), model, PREFERENCES, unknown=300)
    assert nothing.micros == 4096 * 2
    minute = expected((upload(60),), model, PREFERENCES, unknown=300)
    assert nothing.micros < minute.micros <= nothing.micros + 60 * 300
    strange = replace(model, id="somebody/else")
    assert expected((upload(60),), strange, PREFERENCES, unknown=300).micros == 8192 + 60 * 300
    free = Model("free", prompt_price=0.0, completion_price=0.0)
    assert expected((upload(60),), free, PREFERENCES, unknown=300).micros == 0
