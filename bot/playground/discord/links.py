"""Signed links to attachments, which stop working."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from .files import Attachment

# The lifetime Discord's links have had since April 2024.
LIFETIME = 24 * 60 * 60


class Links:
    """Sign links and tell which still hold."""

    def __init__(
        self, base_url: str, clock: Callable[[], float] = time.time, lifetime: int = LIFETIME
    ) -> None:
        self._base_url = base_url
        self._clock = clock
        self._lifetime = lifetime
        self._key = secrets.token_bytes(32)

    def expire(self) -> None:
        """Let every link given out so far stop working."""
        self._key = secrets.token_bytes(32)

    def to(self, channel_id: int, attachment: Attachment) -> str:
        """Return a fresh link to an attachment."""
        return self.sign(f"/attachments/{channel_id}/{attachment.id}/{quote(attachment.name)}")

    def to_upload(self, app_id: int, attachment: Attachment) -> str:
        """Return a fresh link to what was given to an app and is in no message."""
        return self.sign(
            f"/ephemeral-attachments/{app_id}/{attachment.id}/{quote(attachment.name)}"
        )

    def sign(self, path: str) -> str:
        """Return a path as a link that holds for a while."""
        issued = int(self._clock())
        expires, since = f"{issued + self._lifetime:x}", f"{issued:x}"
        signature = self._signature(path, expires, since)
        return f"{self._base_url}{path}?ex={expires}&is={since}&hm={signature}&"

    def hold(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether a link was given out and has not expired."""
        expires, since = query.get("ex", ""), query.get("is", "")
        expected = self._signature(path, expires, since)
        if not hmac.compare_digest(expected.encode(), query.get("hm", "").encode()):
            return False
        return int(expires, 16) > self._clock()

    def _signature(self, path: str, expires: str, since: str) -> str:
        signed = f"{path}|{expires}|{since}".encode()
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()
