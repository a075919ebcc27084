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
    """A PostgreSQL of its own, on one port with one folder of data; it makes databases."""

    def __init__(self, binaries: Path, user: int | None, folder: Path, options: str) -> None:
        self._options = options
        self._binaries = binaries
        self._user = user
        self._folder = folder
        self._port = free_port()
        self._address = f"reeltalk@127.0.0.1:{self._port}"
        data = folder / "made"
        self._run("initdb", "-D", data, "-U", "reeltalk", "-A", "trust", "-N", "-E=UTF8")

    def start(self) -> None:
        """Run it, with what it kept until it was stopped; nothing where it runs."""
        if self._is_up:
            return
        # Its life is the tests': what it loses with the machine is no matter.
        options = f"-c listen_addresses=127.0.0.1 -c port={self._port} -k {self._folder}"
        options = f"{options} -c fsync=off {self._options}"
        self._control("start", "-l", self._folder / "log", "-o", options)

    def stop(self) -> None:
        """Cut every connection and end, as if it had crashed; nothing where that has happened."""
        if self._is_up:
            self._control("stop", "-m", "immediate")

    @property
    def pid(self) -> int:
        """The process that has all others for its children."""
        return int((self._folder / "made" / "postmaster.pid").read_text().split()[0])

    @property
    def _is_up(self) -> bool:
        return (self._folder / "made" / "postmaster.pid").exists()

    def make(self) -> str:
        """Return the address of a new, empty database."""
        name = f"reeltalk_{next(_NUMBERS)}"
        with psycopg.connect(f"postgresql://{self._address}/postgres", autocommit=True) as made:
            made.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://{self._address}/{name}"

    def _control(self, *command: object) -> None:
        self._run("pg_ctl", "-w", "-D", self._folder / "made", *command)

    def _run(self, program: str, *options: object) -> None:
        words: Sequence[str] = [str(one) for one in (self._binaries / program, *options)]
        subprocess.run(  # noqa: S603 (the machine's own binaries)
            words,
            check=True,
            user=self._user,
            extra_groups=None if self._user is None else [],
            cwd="/",
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def postgresql(options: str = "") -> Generator[Server]:
    """Run one inside the block, with more options of its command line.

    Raises:
        PostgresqlMissing: the machine has no binaries, or no ordinary user for them.
    """
    binaries, user = _binaries(), _user()
    # Not in a folder of pytest's, which nobody else may look into.
    folder = Path(tempfile.mkdtemp(prefix="reeltalk-postgresql-"))
    try:
        if user is not None:
            os.chown(folder, user, -1)
        server = Server(binaries, user, folder, options)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


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


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]
