"""What the operator has set, read once from the environment and checked all at once."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from yarl import URL

from bot.hosts import Hosts
from bot.providers.dialect import DIALECTS, Endpoint

_DEFAULT_MODEL = "google/gemini-3.5-flash-lite"
_DEFAULT_API = "https://discord.com/api/v10"
_DEFAULT_CDN = "cdn.discordapp.com,media.discordapp.net"
_DEFAULT_CLIP_MB = "100"
_DEFAULT_DATABASE = "sqlite:///data/reeltalk.sqlite"
_DEFAULT_DRAIN = "20"
_DEFAULT_STALE = "30"
_MIB = 1 << 20
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """Some settings can't be used; `problems` holds a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's choices. `discord_gateway_url` is None for Discord's own.

    `drain_seconds` are given to unfinished answers when the bot is stopped; a question that is
    picked up again `stale_seconds` after it was asked is not answered unasked.
    """

    discord_token: str = field(repr=False)
    discord_api_url: str
    discord_gateway_url: str | None
    cdn_hosts: Hosts
    endpoint: Endpoint
    model: str
    max_clip_bytes: int
    jobs_path: Path
    drain_seconds: float
    stale_seconds: float
    log_level: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Read them from a mapping such as `os.environ`.

        Raises:
            SettingsError: with all the problems there are.
        """
        reading = _Reading({name: value.strip() for name, value in environ.items()})
        settings = cls(
            discord_token=reading.token(),
            discord_api_url=reading.url("DISCORD_API_URL", _DEFAULT_API),
            discord_gateway_url=reading.url("DISCORD_GATEWAY_URL", "", ("ws", "wss")) or None,
            cdn_hosts=reading.hosts("DISCORD_CDN_HOSTS", _DEFAULT_CDN),
            endpoint=reading.endpoint(),
            model=reading.model(),
            max_clip_bytes=int(reading.number("MAX_CLIP_MB", _DEFAULT_CLIP_MB) * _MIB),
            jobs_path=reading.jobs_path(),
            drain_seconds=reading.number("DRAIN_SECONDS", _DEFAULT_DRAIN),
            stale_seconds=60 * reading.number("STALE_MINUTES", _DEFAULT_STALE),
            log_level=reading.level("LOG_LEVEL", "INFO"),
        )
        if reading.problems:
            raise SettingsError(tuple(reading.problems))
        return settings


class _Reading:
    """Reads one variable after the other, and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def get(self, name: str, default: str = "") -> str:
        """Return a variable; an empty one counts as unset."""
        return self._environ.get(name) or default

    def token(self) -> str:
        token = self.get("DISCORD_TOKEN")
        if not token:
            self.problems.append(
                "DISCORD_TOKEN is missing: copy the token from the Bot page of your application "
                "at https://discord.com/developers/applications."
            )
        return token

    def url(self, name: str, default: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
        text = self.get(name, default).rstrip("/")
        if not text:
            return ""
        try:
            url = URL(text)
            usable = url.scheme in schemes and bool(url.host)
        except ValueError:
            usable = False
        if not usable:
            self.problems.append(
                f"{name} is not a usable address: {text}. "
                f"It has to begin with {' or '.join(f'{scheme}://' for scheme in schemes)}."
            )
        return text

    def hosts(self, name: str, default: str) -> Hosts:
        names = [host.strip().lower() for host in self.get(name, default).split(",")]
        for host in names:
            if not host or "/" in host or " " in host:
                self.problems.append(
                    f"{name} is a list of hosts such as {_DEFAULT_CDN}; "
                    f'"{host}" is not a host or host:port.'
                )
        return Hosts(frozenset(names))

    def number(self, name: str, default: str) -> float:
        text = self.get(name, default)
        try:
            number = float(text)
        except ValueError:
            number = 0
        if not 0 < number < float("inf"):
            self.problems.append(f"{name} has to be a number above 0, not {text}.")
            return float(default)
        return number

    def jobs_path(self) -> Path:
        """Return the file of accepted questions, which lies beside the database's."""
        url = self.get("DATABASE_URL", _DEFAULT_DATABASE)
        scheme, _, path = url.partition(":///")
        if scheme != "sqlite" or not path:
            self.problems.append(
                f"DATABASE_URL has to be a file, as in {_DEFAULT_DATABASE}, not {scheme}."
            )
        return Path(path).with_name(f"{Path(path).stem}-jobs.sqlite") if path else Path()

    def level(self, name: str, default: str) -> str:
        level = self.get(name, default).upper()
        if level not in _LEVELS:
            self.problems.append(f"{name} has to be one of {', '.join(_LEVELS)}, not {level}.")
        return level

    def provider(self) -> str:
        """Return the provider's name: as it is set, else the first that is configured."""
        configured = (
            (self.get("OPENROUTER_API_KEY"), "openrouter"),
            (self.get("LUNOS_API_KEY"), "lunos"),
            (self.get("CUSTOM_BASE_URL"), "custom"),
        )
        found = next((name for value, name in configured if value), "")
        return self.get("PROVIDER", found).lower()

    def endpoint(self) -> Endpoint:
        name = self.provider()
        if name not in DIALECTS:
            self.problems.append(
                f"PROVIDER has to be one of {', '.join(DIALECTS)}, not {name}."
                if name
                else "No provider is configured: set OPENROUTER_API_KEY "
                "(https://openrouter.ai/keys), LUNOS_API_KEY (https://lunos.tech) "
                "or CUSTOM_BASE_URL."
            )
            return Endpoint(DIALECTS["custom"], "")
        prefix = name.upper()
        key = self.get(f"{prefix}_API_KEY")
        base_url = self.url(f"{prefix}_BASE_URL", DIALECTS[name].base_url)
        if not base_url:
            self.problems.append(
                "PROVIDER=custom needs CUSTOM_BASE_URL, such as http://localhost:8000/v1."
            )
        if not key and name != "custom":
            self.problems.append(f"PROVIDER={name} needs {prefix}_API_KEY.")
        return Endpoint(replace(DIALECTS[name], base_url=base_url), key)

    def model(self) -> str:
        model = self.get("MODEL", "" if self.provider() == "custom" else _DEFAULT_MODEL)
        if not model:
            self.problems.append(
                "MODEL is missing: a custom provider needs the name of a model that takes video."
            )
        return model


def configure_logging(level: str) -> None:
    """Log to standard error, a line per event."""
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)-7s %(name)s %(message)s", force=True
    )
    if level == "INFO":
        # discord.py tells of every reconnect there, and the one line per question would drown.
        logging.getLogger("discord").setLevel(logging.WARNING)
