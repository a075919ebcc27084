"""A real PostgreSQL, started from the machine's binaries as an ordinary user on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

_USERS = ("postgres", "nobody")
_NUMBERS = count(1)


class PostgresqlMissing(Exception):
    """There is none to be started here; says why."""


class Server:
    """A running PostgreSQL, which makes databases."""

    def __init__(self, port: int) -> None:
        self._address = f"reeltalk@127.0.0.1:{port}"

    def make(self) -> str:
        """Return the address of a new, empty database."""
        name = f"reeltalk_{next(_NUMBERS)}"
        with psycopg.connect(f"postgresql://{self._address}/postgres", autocommit=True) as made:
            made.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://{self._address}/{name}"


@contextmanager
def postgresql() -> Generator[Server]:
    """Run one inside the block.

    Raises:
        PostgresqlMissing: the machine has no binaries, or no ordinary user for them.
    """
    binaries, user = _binaries(), _user()
    # Not in a folder of pytest's, which nobody else may look into.
    folder = Path(tempfile.mkdtemp(prefix="reeltalk-postgresql-"))
    port = _free_port()
    try:
        if user is not None:
            os.chown(folder, user, -1)
        made = folder / "made"
        _run(
            user, binaries / "initdb", "-D", made, "-U", "reeltalk", "-A", "trust", "-N", "-E=UTF8"
        )
        # Its life is the tests': what it loses with the machine is no matter.
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -k {folder} -c fsync=off"
        log = folder / "log"
        _run(user, binaries / "pg_ctl", "start", "-w", "-D", made, "-l", log, "-o", options)
        try:
            yield Server(port)
        finally:
            _run(user, binaries / "pg_ctl", "stop", "-w", "-D", made, "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _run(user: int | None, *command: object) -> None:
    words: Sequence[str] = [str(one) for one in command]
    subprocess.run(  # noqa: S603 (the machine's own binaries)
        words,
        check=True,
        user=user,
        extra_groups=None if user is None else [],
        cwd="/",
        stdout=subprocess.DEVNULL,
    )


def _binaries() -> Path:
    """Return the folder with the newest binaries there are."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    found = [*installed, *_told_by_pg_config()]
    if path := shutil.which("pg_ctl"):
        found.append(Path(path).parent)
    for folder in found:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise PostgresqlMissing("this machine has no PostgreSQL: install its server to test on it")


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def _told_by_pg_config() -> list[Path]:
    path = shutil.which("pg_config")
    if path is None:
        return []
    told = subprocess.run(  # noqa: S603 (as in _run)
        [path, "--bindir"], check=False, capture_output=True, text=True
    )
    return [Path(told.stdout.strip())]


def _user() -> int | None:
    """Return whom to run it as, where that is not who we are: it does not run as root."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise PostgresqlMissing("PostgreSQL does not run as root, and there is no user nobody here")


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]
