"""A chat-completions endpoint that is no AI: it measures the clips it is sent and says so."""

from .asking import Received
from .exchange import Recorded
from .script import Play, RefuseEarly, Reset, Respond, Scripted, Stall, Stream
from .server import STAND_IN, Model, serve

__all__ = [
    "STAND_IN",
    "Model",
    "Play",
    "Received",
    "Recorded",
    "RefuseEarly",
    "Reset",
    "Respond",
    "Scripted",
    "Stall",
    "Stream",
    "serve",
]
