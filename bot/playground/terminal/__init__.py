"""Talk with the bot in a terminal."""

from .playing import play

__all__ = ["play"]
