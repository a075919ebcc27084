import pytest

from bot.limits import Allowances, Limits
from bot.settings import Settings, read_keeping

ENOUGH = {"DISCORD_TOKEN": "token", "OPENROUTER_API_KEY": "key"}

LIMITS = {
    f"{whose}_DAILY_{measure}"
    for whose in ("SERVER", "PERSON")
    for measure in ("QUESTIONS", "MINUTES", "USD")
}


@pytest.mark.parametrize(
    ("url", "opened", "jobs"),
    [
        ("", "sqlite+aiosqlite:///data/reeltalk.sqlite", "sqlite:///data/reeltalk-jobs.sqlite"),
        ("sqlite:////var/x.db", "sqlite+aiosqlite:////var/x.db", "sqlite:////var/x-jobs.sqlite"),
        ("postgresql://a:b@h/x", *["postgresql+psycopg://a:***@h/x"] * 2),
        ("postgres://h/x", *["postgresql+psycopg://h/x"] * 2),
        ("postgresql+asyncpg://h/x", *["postgresql+psycopg://h/x"] * 2),
    ],
)
def test_a_database_is_a_file_or_postgresql(url: str, opened: str, jobs: str) -> None:
    keeping = Settings.read({**ENOUGH, "DATABASE_URL": url}).keeping
    assert keeping.url.render_as_string() == opened
    assert keeping.jobs_url.render_as_string() == jobs


def test_nothing_is_limited_until_it_is_set() -> None:
    assert Settings.read(ENOUGH).allowances == Allowances()
    limits = dict.fromkeys(LIMITS, "2.5")
    settings = Settings.read({**ENOUGH, **limits, "DAILY_BUDGET_USD": "0.1"})
    both = Limits(questions=2, seconds=150, micros=2_500_000)
    assert settings.allowances == Allowances(both, both, Limits(micros=100_000))
    assert settings.unknown_clip_seconds == 300


def test_a_secret_key_may_be_of_either_alphabet_and_have_older_ones_behind() -> None:
    keeping = read_keeping({"SECRET_KEY": f"{'+/' * 21}8= , {'-_' * 21}8="})
    assert keeping.secret_keys == (f"{'-_' * 21}8=",) * 2
    assert "-_" not in repr(keeping)
