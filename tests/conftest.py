"""What holds for every test."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where Discord's document is promised, nothing has a reason to be skipped."""
    report = yield
    if report.skipped and "DISCORD_OPENAPI" in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, though DISCORD_OPENAPI is set: {report.longrepr}"
    return report
