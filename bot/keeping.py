"""What is kept, where, sealed with what and for how long, by the environment."""

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.environ import Environ
from bot.limits import Allowances, Limits
from bot.providers.pricing import MICROS

_DEFAULT_DATABASE = "sqlite:///data/reeltalk.sqlite"
_DEFAULT_RETENTION = "90"
_POSTGRESQL = {"postgresql", "postgres"}
_SEAL = 32  # bytes


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where things are kept.

    `url` is the database's, for SQLAlchemy's asyncio; `jobs_url` that of accepted questions, which
    with SQLite is a file of its own. `secret_keys` seal, the first, and unseal, all of
    them; what is kept about a question is deleted `retention_days` after it.
    """

    url: URL = field(repr=False)  # a password may stand in it
    jobs_url: URL = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    retention_days: int


def read_keeping_from(environ: Environ) -> Keeping:
    """Read it, noting the problems there are."""
    url = _url(environ)
    return Keeping(
        url=url,
        jobs_url=_jobs_url(url),
        secret_keys=_secret_keys(environ),
        retention_days=int(environ.number("RETENTION_DAYS", _DEFAULT_RETENTION, 0.999, 36500)),
    )


def read_allowances(environ: Environ) -> Allowances:
    """Read the operator's limits; without any, nothing is limited."""
    budget = environ.limit("DAILY_BUDGET_USD")
    return Allowances(
        server=_limits(environ, "SERVER"),
        person=_limits(environ, "PERSON"),
        everywhere=Limits(micros=_micros(budget)),
    )


def _limits(environ: Environ, whose: str) -> Limits:
    questions = environ.limit(f"{whose}_DAILY_QUESTIONS", least=0.999)
    minutes = environ.limit(f"{whose}_DAILY_MINUTES")
    return Limits(
        questions=None if questions is None else int(questions),
        seconds=None if minutes is None else 60 * minutes,
        micros=_micros(environ.limit(f"{whose}_DAILY_USD")),
    )


def _micros(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * MICROS)


def _url(environ: Environ) -> URL:
    """Return the address with the driver that serves asyncio, whichever way it was written.

    psycopg is there in any case, since the engine of accepted questions needs it.
    """
    try:
        url = make_url(environ.get("DATABASE_URL", _DEFAULT_DATABASE))
        scheme = url.drivername.partition("+")[0]
        if scheme == "sqlite" and Path(url.database or "").name:
            return url.set(drivername="sqlite+aiosqlite")
        if scheme in _POSTGRESQL and url.database:
            return url.set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        pass
    # It is not quoted: a password may stand in it.
    environ.problems.append(
        f"DATABASE_URL has to be a file, as in {_DEFAULT_DATABASE}, or a database of PostgreSQL, "
        "as in postgresql://reeltalk:password@localhost/reeltalk."
    )
    return make_url(_DEFAULT_DATABASE)


def _jobs_url(url: URL) -> URL:
    """Return where accepted questions are: in a file beside the database's, where that is one."""
    if url.get_backend_name() != "sqlite":
        return url
    path = Path(url.database or "")
    return url.set(drivername="sqlite", database=str(path.with_name(f"{path.stem}-jobs.sqlite")))


def _secret_keys(environ: Environ) -> tuple[str, ...]:
    """Return the keys as Fernet takes them: 32 bytes in base64, of either alphabet."""
    keys = [key.strip() for key in environ.get("SECRET_KEY").split(",") if key.strip()]
    made = [key.translate(str.maketrans("+/", "-_")) for key in keys]
    if not all(map(_is_seal, made)):
        environ.problems.append(
            "SECRET_KEY has to be 32 bytes in base64, or several with commas between them: make "
            "one with `openssl rand -base64 32`."
        )
        return ()
    return tuple(made)


def _is_seal(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == _SEAL
    except (binascii.Error, ValueError):
        return False
