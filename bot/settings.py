"""What the operator has set, read once from the environment and checked all at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from yarl import URL

from bot.endpoints import (
    provider,
    read_catalogue_endpoint,
    read_dialects,
    read_endpoint,
    read_model,
)
from bot.environ import Environ
from bot.hosts import Hosts
from bot.keeping import Keeping, read_allowances, read_keeping_from
from bot.limits import Allowances
from bot.logs import FORMATS, LEVELS
from bot.providers.dialect import Dialect, Endpoint
from bot.roles import Role, Shards, read_shards

_DEFAULT_API = "https://discord.com/api/v10"
_DEFAULT_CDN = "cdn.discordapp.com,media.discordapp.net"
_DEFAULT_CLIP_MB = "100"
_DEFAULT_CLIP_MINUTES = "60"
_DEFAULT_CLIPS = "10"  # as many as Gemini takes
_DEFAULT_ANSWER_TOKENS = "4096"
_DEFAULT_SILENCE = "120"
_DEFAULT_UNKNOWN = "5"
_DEFAULT_DRAIN = "20"
_DEFAULT_STALE = "30"
_MIB = 1 << 20


class SettingsError(Exception):
    """Some settings can't be used; `problems` holds a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked.

    `max_answer_tokens` bound an answer, thinking included; a model may say nothing for
    `silence_seconds`.
    """

    endpoint: Endpoint
    model: str
    max_clip_bytes: int
    max_clip_seconds: float
    max_clips: int
    max_answer_tokens: int
    silence_seconds: float

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Asking":
        """Read it from a mapping such as `os.environ`.

        Raises:
            SettingsError: with all the problems there are.
        """
        reading = Environ(environ)
        return _without_problems(_asking(reading), reading)


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's choices. `discord_gateway_url` is None for Discord's own.

    `drain_seconds` are given to unfinished answers when the bot is stopped; a question that is
    picked up again `stale_seconds` after it was asked is not answered unasked. `allowances` are
    the operator's limits, against which a clip of unknown length counts as `unknown_clip_seconds`
    until it was watched. `provider` is the name of the one that is asked, of `dialects`, which are
    all that a server with a key of its own can ask. At `health_address`, health and metrics are
    served; nowhere where it is None.
    """

    discord_token: str = field(repr=False)
    discord_api_url: str
    discord_gateway_url: str | None
    role: Role
    shards: Shards
    cdn_hosts: Hosts
    asking: Asking
    provider: str
    dialects: Mapping[str, Dialect]
    keeping: Keeping
    allowances: Allowances
    unknown_clip_seconds: float
    drain_seconds: float
    stale_seconds: float
    log_level: str
    log_format: str
    health_address: URL | None

    @classmethod
    def read(cls, environ: Mapping[str, str], role: Role = Role.BOTH) -> "Settings":
        """Read them from a mapping such as `os.environ`, for a process of that role.

        Raises:
            SettingsError: with all the problems there are.
        """
        reading = Environ(environ)
        keeping = read_keeping_from(reading)
        if role is not Role.BOTH and keeping.url.get_backend_name() == "sqlite":
            reading.problems.append(
                f"DATABASE_URL has to be a PostgreSQL for a {role.value}, as in "
                "postgresql://reeltalk:password@localhost/reeltalk: it shares the accepted "
                "questions with other processes, and a file is one process's own."
            )
        settings = cls(
            discord_token=_token(reading),
            discord_api_url=reading.url("DISCORD_API_URL", _DEFAULT_API),
            discord_gateway_url=reading.url("DISCORD_GATEWAY_URL", "", ("ws", "wss")) or None,
            role=role,
            shards=read_shards(reading),
            cdn_hosts=reading.hosts("DISCORD_CDN_HOSTS", _DEFAULT_CDN),
            asking=_asking(reading),
            provider=provider(reading),
            dialects=read_dialects(reading),
            keeping=keeping,
            allowances=read_allowances(reading),
            unknown_clip_seconds=60 * reading.number("UNKNOWN_CLIP_MINUTES", _DEFAULT_UNKNOWN),
            drain_seconds=reading.number("DRAIN_SECONDS", _DEFAULT_DRAIN),
            stale_seconds=60 * reading.number("STALE_MINUTES", _DEFAULT_STALE),
            log_level=reading.choice("LOG_LEVEL", LEVELS, "INFO"),
            log_format=reading.choice("LOG_FORMAT", FORMATS, "text"),
            health_address=reading.address("HEALTH_ADDRESS"),
        )
        return _without_problems(settings, reading)


@dataclass(frozen=True, slots=True)
class DiscordAccount:
    """The bot's account, and where Discord is."""

    token: str = field(repr=False)
    api_url: str


def read_discord(environ: Mapping[str, str]) -> DiscordAccount:
    """Read from a mapping such as `os.environ` who the bot is on Discord.

    Raises:
        SettingsError: with all the problems there are.
    """
    reading = Environ(environ)
    account = DiscordAccount(_token(reading), reading.url("DISCORD_API_URL", _DEFAULT_API))
    return _without_problems(account, reading)


def read_catalogued(environ: Mapping[str, str]) -> Endpoint:
    """Read from a mapping such as `os.environ` whose models are to be listed.

    Raises:
        SettingsError: with all the problems there are.
    """
    reading = Environ(environ)
    return _without_problems(read_catalogue_endpoint(reading), reading)


def read_keeping(environ: Mapping[str, str]) -> Keeping:
    """Read from a mapping such as `os.environ` where things are kept.

    Raises:
        SettingsError: with all the problems there are.
    """
    reading = Environ(environ)
    return _without_problems(read_keeping_from(reading), reading)


def read_health_address(environ: Mapping[str, str]) -> URL | None:
    """Read from a mapping such as `os.environ` where health is served; None for nowhere.

    Raises:
        SettingsError: it can't be read.
    """
    reading = Environ(environ)
    return _without_problems(reading.address("HEALTH_ADDRESS"), reading)


def read_asked(environ: Mapping[str, str]) -> Mapping[str, Dialect]:
    """Read from a mapping such as `os.environ` which providers can be asked, by name.

    Raises:
        SettingsError: with all the problems there are.
    """
    reading = Environ(environ)
    return _without_problems(read_dialects(reading), reading)


T = TypeVar("T")


def _without_problems(read: T, reading: Environ) -> T:
    if reading.problems:  # each once, though a provider's are read for two ends
        raise SettingsError(tuple(dict.fromkeys(reading.problems)))
    return read


def _asking(reading: Environ) -> Asking:
    return Asking(
        endpoint=read_endpoint(reading),
        model=read_model(reading),
        max_clip_bytes=int(reading.number("MAX_CLIP_MB", _DEFAULT_CLIP_MB) * _MIB),
        max_clip_seconds=60 * reading.number("MAX_CLIP_MINUTES", _DEFAULT_CLIP_MINUTES),
        max_clips=int(reading.number("MAX_CLIPS", _DEFAULT_CLIPS, 0.999)),
        max_answer_tokens=int(reading.number("MAX_ANSWER_TOKENS", _DEFAULT_ANSWER_TOKENS, 0.999)),
        silence_seconds=reading.number("SILENCE_SECONDS", _DEFAULT_SILENCE),
    )


def _token(reading: Environ) -> str:
    token = reading.get("DISCORD_TOKEN")
    if not token:
        reading.problems.append(
            "DISCORD_TOKEN is missing: copy the token from the Bot page of your application "
            "at https://discord.com/developers/applications."
        )
    return token
