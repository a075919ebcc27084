"""The hosts that clips may be downloaded from."""

import ipaddress
from dataclasses import dataclass

from yarl import URL


@dataclass(frozen=True, slots=True)
class Hosts:
    """An allow-list of `host` or `host:port`; https only, save for loopback hosts on it."""

    names: frozenset[str]

    def allow(self, url: URL) -> bool:
        """Tell whether a clip may be read from there."""
        host = url.host_subcomponent or ""  # with the brackets of an IPv6 address
        listed = host in self.names and url.is_default_port()
        listed = listed or f"{host}:{url.port}" in self.names
        secure = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host or ""))
        return listed and secure


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine, by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
