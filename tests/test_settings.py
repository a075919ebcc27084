import re
from dataclasses import replace
from pathlib import Path

import pytest
from dotenv import dotenv_values
from yarl import URL

from bot.preferences import operators_choice
from bot.providers.dialect import DIALECTS, SHAPES, Dialect
from bot.settings import Asking, Settings, SettingsError, read_asked
from tests.test_keeping import LIMITS

ENOUGH = {"DISCORD_TOKEN": "token", "OPENROUTER_API_KEY": "key"}
EXAMPLE = Path(__file__).parent.parent / ".env.example"
READERS = ("settings.py", "endpoints.py", "keeping.py")
SOURCES = [Path(__file__).parent.parent / "bot" / name for name in READERS]


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.read(environ)
    return list(caught.value.problems)


def test_a_token_and_a_key_are_enough() -> None:
    settings = Settings.read(ENOUGH)
    assert settings.asking.model == "google/gemini-3.5-flash-lite"
    assert settings.asking.endpoint.dialect.base_url == "https://openrouter.ai/api/v1"
    assert settings.discord_api_url == "https://discord.com/api/v10"
    assert settings.discord_gateway_url is None
    assert settings.asking.max_clip_bytes == 100 << 20
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


@pytest.mark.parametrize(
    ("environ", "title"),
    [
        ({"OPENROUTER_API_KEY": "a", "LUNOS_API_KEY": "b"}, "OpenRouter"),
        ({"LUNOS_API_KEY": "b", "CUSTOM_BASE_URL": "http://h/v1", "MODEL": "m"}, "Lunos"),
        ({"CUSTOM_BASE_URL": "http://h/v1", "MODEL": "m"}, "the custom provider"),
        ({"OPENROUTER_API_KEY": "a", "LUNOS_API_KEY": "b", "PROVIDER": "lunos"}, "Lunos"),
    ],
)
def test_the_first_configured_provider_is_taken(environ: dict[str, str], title: str) -> None:
    settings = Settings.read({"DISCORD_TOKEN": "token", **environ})
    assert settings.asking.endpoint.dialect.title == title


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = problems(
        {
            "PROVIDER": "custom",
            "DISCORD_API_URL": "discord.com",
            "DISCORD_GATEWAY_URL": "https://x",
            "DISCORD_CDN_HOSTS": "https://cdn",
            "MAX_CLIP_MB": "lots",
            "LOG_LEVEL": "loud",
            "LOG_FORMAT": "xml",
        }
    )
    names = [
        "DISCORD_TOKEN",
        "DISCORD_API_URL",
        "DISCORD_GATEWAY_URL",
        "DISCORD_CDN_HOSTS",
        "CUSTOM_BASE_URL",
        "MODEL",
        "MAX_CLIP_MB",
        "LOG_LEVEL",
        "LOG_FORMAT",
    ]
    assert len(said) == len(names)
    for name in names:
        assert any(name in sentence for sentence in said)
    assert all(sentence.endswith(".") for sentence in said)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN"),
        ({"OPENROUTER_API_KEY": " "}, "No provider is configured"),
        ({"PROVIDER": "lunos"}, "LUNOS_API_KEY"),
        ({"PROVIDER": "openai"}, "openrouter, lunos, custom"),
        ({"MAX_CLIP_MB": "0"}, "MAX_CLIP_MB"),
        ({"MAX_CLIP_MB": "inf"}, "MAX_CLIP_MB"),
        ({"MAX_CLIP_MB": "1e308"}, "MAX_CLIP_MB"),
        ({"MAX_ANSWER_TOKENS": "0.5"}, "MAX_ANSWER_TOKENS"),
        ({"DATABASE_URL": "sqlite:////"}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://h/reeltalk"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h:port/x"}, "DATABASE_URL"),
        ({"DAILY_BUDGET_USD": "-1"}, "DAILY_BUDGET_USD"),
        ({"PERSON_DAILY_QUESTIONS": "0.5"}, "PERSON_DAILY_QUESTIONS"),
        ({"RETENTION_DAYS": "0"}, "RETENTION_DAYS"),
        ({"OPENROUTER_ZDR": "perhaps"}, "OPENROUTER_ZDR"),
        ({"OPENROUTER_BASE_URL": "http://[bad"}, "OPENROUTER_BASE_URL"),
    ],
)
def test_one_problem_is_one_sentence(changed: dict[str, str], word: str) -> None:
    (sentence,) = problems({**ENOUGH, **changed})
    assert word in sentence


CUSTOM = {"DISCORD_TOKEN": "token", "CUSTOM_BASE_URL": "http://h/v1", "MODEL": "m"}


def dialect(environ: dict[str, str]) -> Dialect:
    return Asking.read(environ).endpoint.dialect


def test_a_custom_provider_is_whatever_its_variables_say() -> None:
    custom = dialect(
        {
            **CUSTOM,
            "CUSTOM_NAME": "our vLLM",
            "CUSTOM_PART_SHAPE": "Input_Video",
            "CUSTOM_EXTRA_PART": '{"fps": 2}',
            "CUSTOM_EXTRA_BODY": '{"stream_options": null}',
            "CUSTOM_EXTRA_HEADERS": '{"api-key": 7}',
            "CUSTOM_MAX_INLINE_MB": "0.5",
            "CUSTOM_YOUTUBE": "on",
        }
    )
    assert (custom.title, custom.shape) == ("our vLLM", SHAPES["input_video"])
    assert (custom.part_extra, custom.body) == ({"fps": 2}, {"stream_options": None})
    assert custom.headers == {"api-key": "7"}
    assert (custom.max_inline_bytes, custom.reads_youtube) == (1 << 19, True)


def test_a_custom_provider_that_is_not_described_takes_video_urls_of_seven_megabytes() -> None:
    assert dialect(CUSTOM) == replace(DIALECTS["custom"], base_url="http://h/v1")
    assert dialect(CUSTOM).max_inline_bytes == 7 << 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUSTOM_PART_SHAPE", "video_uri"),
        ("CUSTOM_MAX_INLINE_MB", "-1"),
        ("CUSTOM_YOUTUBE", "perhaps"),
        ("MAX_ANSWER_TOKENS", "none"),
    ],
)
def test_what_a_custom_provider_can_not_be_is_said(name: str, value: str) -> None:
    (sentence,) = problems({**CUSTOM, name: value})
    assert sentence.startswith(name)
    assert value in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUSTOM_EXTRA_PART", "{fps: 2}"),
        ("CUSTOM_EXTRA_BODY", "[1]"),
        ("CUSTOM_EXTRA_BODY", '{"temperature": NaN}'),
        ("CUSTOM_EXTRA_HEADERS", "{'api-key': 's3cret'}"),
        ("CUSTOM_EXTRA_HEADERS", '{"api-key": "s3cret\\nx"}'),
        ("CUSTOM_EXTRA_HEADERS", '{"api key": "s3cret"}'),
        ("CUSTOM_BASE_URL", "htp://me:s3cret@h/v1"),
        ("DATABASE_URL", "mysql://me:s3cret@h/x"),
        ("SECRET_KEY", "s3cret"),
    ],
)
def test_what_may_hold_a_secret_is_refused_without_being_quoted(name: str, value: str) -> None:
    (sentence,) = problems({**CUSTOM, name: value})
    assert sentence.startswith(name)
    assert "s3cret" not in sentence


def test_a_header_that_is_taken_away_is_not_sent() -> None:
    assert dialect({**CUSTOM, "CUSTOM_EXTRA_HEADERS": '{"a": null}'}).headers == {}


@pytest.mark.parametrize("shape", ["video_url_base64", "input_video_data", "video", "image_url"])
def test_a_shape_without_room_for_a_link_can_not_have_youtube(shape: str) -> None:
    (sentence,) = problems({**CUSTOM, "CUSTOM_YOUTUBE": "yes", "CUSTOM_PART_SHAPE": shape})
    assert shape in sentence


def test_who_may_see_a_clip_on_openrouter_and_how_it_is_looked_at_is_set() -> None:
    private = dialect(
        {
            **ENOUGH,
            "OPENROUTER_ZDR": "yes",
            "OPENROUTER_DATA_COLLECTION": "deny",
            "OPENROUTER_PROCESSING": "agentic",
        }
    )
    assert private.body == {"provider": {"zdr": True, "data_collection": "deny"}}
    assert private.is_agentic
    assert (dialect(ENOUGH).body, dialect(ENOUGH).is_agentic) == ({}, False)


def test_asking_needs_no_discord() -> None:
    asking = Asking.read({"OPENROUTER_API_KEY": "key", "MAX_ANSWER_TOKENS": "99"})
    assert asking.max_answer_tokens == 99


def test_secrets_are_not_in_the_repr() -> None:
    kept = {"DATABASE_URL": "postgresql://a:s3cret@h/x"}
    text = repr(Settings.read({"DISCORD_TOKEN": "s3cret", "OPENROUTER_API_KEY": "s3cret", **kept}))
    assert "s3cret" not in text
    secrets = {
        "CUSTOM_BASE_URL": "http://me:s3cret@h/v1",
        "CUSTOM_EXTRA_HEADERS": '{"api-key": "s3cret"}',
        "CUSTOM_EXTRA_BODY": '{"token": "s3cret"}',
    }
    assert "s3cret" not in repr(Settings.read({**CUSTOM, **secrets}))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://cdn.discordapp.com/a", True),
        ("https://media.discordapp.net/a", True),
        ("http://cdn.discordapp.com/a", False),
        ("https://cdn.discordapp.com:8443/a", False),
        ("https://cdn.discordapp.com.evil.example/a", False),
        ("http://127.0.0.1:8000/a", True),
        ("http://127.0.0.1:8001/a", False),
        ("http://media.local:8000/a", False),
        ("https://media.local:8000/a", True),
        ("http://[::1]:8000/a", True),
        ("http://[::1]:8001/a", False),
        ("file:///etc/passwd", False),
    ],
)
def test_clips_are_read_from_listed_hosts_only(url: str, allowed: bool) -> None:  # noqa: FBT001
    hosts = "cdn.discordapp.com, media.discordapp.net,127.0.0.1:8000,media.local:8000,[::1]:8000"
    assert (
        Settings.read({**ENOUGH, "DISCORD_CDN_HOSTS": hosts}).cdn_hosts.allow(URL(url)) is allowed
    )


def test_every_provider_can_be_asked_by_somebody_with_a_key() -> None:
    assert set(read_asked(ENOUGH)) == {"openrouter", "lunos"}
    asked = Settings.read({**CUSTOM, "OPENROUTER_ZDR": "yes"})
    assert (set(asked.dialects), asked.provider) == ({"openrouter", "lunos", "custom"}, "custom")
    assert asked.dialects["openrouter"].body == {"provider": {"zdr": True}}


async def test_every_server_has_the_operators_preferences() -> None:
    settings = Settings.read({**ENOUGH, "MODEL": "m", "MAX_CLIP_MB": "2.5"})
    preferences = await operators_choice(settings)(123)
    assert (preferences.model, preferences.max_clip_bytes) == ("m", 5 << 19)
    assert preferences == await operators_choice(settings)(None)


NAMES_READ = re.compile(r'"([A-Z]+(?:_[A-Z]+)+|PROVIDER|MODEL)"')


def test_the_example_lists_every_name_that_is_read() -> None:
    lines = EXAMPLE.read_text().splitlines()
    listed = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    read = {name for source in SOURCES for name in NAMES_READ.findall(source.read_text())}
    assert "DISCORD_TOKEN" in read
    assert read | LIMITS <= listed


def test_the_example_as_it_stands_lacks_only_secrets() -> None:
    environ = {k: v or "" for k, v in dotenv_values(EXAMPLE).items()}
    assert [sentence.split()[0] for sentence in problems(environ)] == ["DISCORD_TOKEN", "No"]
