"""The log on standard error: a line per event, as text or as JSON."""

import logging

from pythonjsonlogger.json import JsonFormatter

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATS = ("text", "json")

_TEXT = "%(asctime)s %(levelname)-7s %(name)s %(message)s"
_KEYS = {"levelname": "level", "name": "logger", "exc_info": "traceback"}


def configure_logging(level: str, form: str) -> None:
    """Log to standard error, in one of the formats, whoever of our libraries has what to say."""
    handler = logging.StreamHandler()
    handler.setFormatter(_json() if form == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # The engine writes lines of its own form, unless somebody was here before it.
    engine = logging.getLogger("dbos")
    engine.handlers, engine.propagate = [logging.NullHandler()], True
    if level == "INFO":
        # discord.py tells of every reconnect there, and the one line per question would drown.
        logging.getLogger("discord").setLevel(logging.WARNING)
        # And of every table's first making, so do the two that make them; what goes wrong with
        # the database, the bot tells of itself.
        logging.getLogger("alembic").setLevel(logging.WARNING)
        engine.setLevel(logging.CRITICAL)


def _json() -> logging.Formatter:
    """Return what writes one object a line, with the time in ISO 8601, by UTC."""
    return JsonFormatter(["levelname", "name", "message"], rename_fields=_KEYS, timestamp="time")
