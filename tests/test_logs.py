import json
import logging
import subprocess
import sys
from datetime import datetime

import pytest

SPEAKING = """
import logging, sys, warnings
import dbos
from bot.logs import configure_logging

configure_logging("INFO", sys.argv[1])
log = logging.getLogger("cogs._course")
log.info("question=%s", "1", extra={"question": "1", "first_word_ms": None})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("a bug,\\nin two lines")
logging.getLogger("dbos").critical("of the engine")
logging.getLogger("discord").info("not to be heard")
warnings.warn("of Python", stacklevel=1)
"""


def spoken(form: str) -> list[str]:
    """Return the lines on the standard error of a process that logs so."""
    ran = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", SPEAKING, form], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_every_line_of_json_is_an_object_whoever_wrote_it() -> None:
    question, bug, engine, warning = map(json.loads, spoken("json"))
    assert datetime.fromisoformat(question.pop("time")).utcoffset() is not None
    assert question == {
        "level": "INFO",
        "logger": "cogs._course",
        "message": "question=1",
        "question": "1",
        "first_word_ms": None,
    }
    assert (bug["level"], bug["message"]) == ("ERROR", "a bug,\nin two lines")
    assert "ZeroDivisionError" in bug["traceback"]
    assert (engine["logger"], engine["message"]) == ("dbos", "of the engine")
    assert (warning["logger"], warning["level"]) == ("py.warnings", "WARNING")


def test_text_is_one_form_as_well() -> None:
    first, *rest = spoken("text")
    assert first.endswith(" INFO    cogs._course question=1")
    assert any(line.endswith("dbos of the engine") for line in rest)
    assert not any("not to be heard" in line for line in rest)


@pytest.mark.parametrize("name", ["question", "guild", "channel", "model", "clips", "turns"])
def test_no_field_of_a_question_is_one_of_logging_itself(name: str) -> None:
    assert name not in vars(logging.makeLogRecord({}))
