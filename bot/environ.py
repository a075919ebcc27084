"""Read variables of the environment, and collect what is wrong with them."""

import json
from collections.abc import Mapping
from typing import Any, cast

from yarl import URL

from bot.hosts import Hosts


def _no_constant(name: str) -> None:
    """Refuse NaN and infinities, which are no JSON."""
    raise ValueError(name)


_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}


class Environ:
    """Variables such as `os.environ`'s, read one after the other.

    `problems` holds a sentence for each that can't be used, in place of which a usable value is
    returned.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value.strip() for name, value in environ.items()}
        self.problems: list[str] = []

    def get(self, name: str, default: str = "") -> str:
        """Return a variable; an empty one counts as unset."""
        return self._environ.get(name) or default

    def url(self, name: str, default: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
        """Return an address without a slash at its end; empty where there is no default either."""
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
                f"{name} is not a usable address. "
                f"It has to begin with {' or '.join(f'{scheme}://' for scheme in schemes)}."
            )
        return text

    def address(self, name: str) -> URL | None:
        """Return where to serve something, from a host and a port; unset, it is nowhere."""
        text = self.get(name)
        if not text:
            return None
        try:
            url = URL(f"http://{text}")
        except ValueError:
            url = URL()
        if url.explicit_port is None or any(one in text for one in " /?#@"):
            self.problems.append(
                f"{name} has to be a host and a port, such as 127.0.0.1:8080 or [::1]:8080, "
                f"not {text}."
            )
            return None
        return url

    def hosts(self, name: str, default: str) -> Hosts:
        """Return a list of hosts, written with commas between them."""
        names = [host.strip().lower() for host in self.get(name, default).split(",")]
        for host in names:
            if not host or "/" in host or " " in host:
                self.problems.append(
                    f"{name} is a list of hosts such as {default}; "
                    f'"{host}" is not a host or host:port.'
                )
        return Hosts(frozenset(names))

    def number(self, name: str, default: str, least: float = 0.0, most: float = 1e6) -> float:
        """Return a number above `least`, up to `most`."""
        text = self.get(name, default)
        try:
            number = float(text)
        except ValueError:
            number = 0
        if not least < number <= most:
            self.problems.append(f"{name} has to be a number above {least:g}, not {text}.")
            return float(default)
        return number

    def limit(self, name: str, least: float = 0.0) -> float | None:
        """Return a number above `least`, up to a million; unset, there is no limit."""
        return self.number(name, "1", least) if self.get(name) else None

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of some words, in whatever case it was written; "" where it has no default."""
        text = self.get(name, default)
        found = next((choice for choice in choices if choice.lower() == text.lower()), None)
        if found is None and text:
            self.problems.append(f"{name} has to be one of {', '.join(choices)}, not {text}.")
        return found or default

    def flag(self, name: str) -> bool:
        """Return whether something is switched on; unset, it is not."""
        text = self.get(name, "no").lower()
        if text not in _YES | _NO:
            self.problems.append(f"{name} has to be yes or no, not {text}.")
        return text in _YES

    def fields(self, name: str) -> dict[str, Any]:
        """Return a JSON object; unset, an empty one."""
        text = self.get(name, "{}")
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.problems.append(
                f'{name} has to be a JSON object such as {{"fps": 2}}: with double quotes, too.'
            )
            return {}
        return cast("dict[str, Any]", value)
