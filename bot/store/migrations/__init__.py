"""How the tables came to be what they are: one step a file, run when a database is opened."""

from pathlib import Path

import sqlalchemy as sa

HEAD = "0001"
"""The newest step, so that a database which has it is opened without looking further."""

_TABLE = sa.table("alembic_version", sa.column("version_num"))


class StepUnknown(Exception):
    """The database has taken a step that this version of the bot doesn't know."""


def is_current(connection: sa.Connection) -> bool:
    """Tell whether the newest step has been taken."""
    if not sa.inspect(connection).has_table(_TABLE.name):
        return False
    return connection.execute(sa.select(_TABLE.c.version_num)).scalar() == HEAD


def migrate(connection: sa.Connection) -> None:
    """Take the steps that are missing, in the transaction that is open: all of them, or none.

    Raises:
        StepUnknown: a newer version has been here.
    """
    from alembic import command  # noqa: PLC0415 (most starts need none of it)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StepUnknown(str(error)) from error
