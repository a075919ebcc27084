"""Accepted questions, kept until they are answered, by one process or many."""

from bot.jobs.jobs import Jobs
from bot.jobs.line import JobsUnusable
from bot.jobs.liveness import PERIOD

__all__ = ["PERIOD", "Jobs", "JobsUnusable"]
