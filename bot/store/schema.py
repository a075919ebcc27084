"""The tables, as they are now; `migrations` makes and changes them.

Ids are Discord's, days are counted from 1970 in UTC, instants are seconds since then, and money is
whole millionths of a US dollar.
"""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def _id(name: str, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, autoincrement=False, **more)


# NULL leaves things to the operator.
choices = sa.Table(
    "choices",
    metadata,
    _id("guild_id", primary_key=True),
    sa.Column("model", sa.Text),
    sa.Column("instructions", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("in_thread", sa.Boolean),
    sa.Column("footer", sa.Boolean),
    sa.Column("max_clip_seconds", sa.Float(53)),
    sa.Column("max_clips", sa.BigInteger),
    sa.Column("server_questions", sa.BigInteger),
    sa.Column("server_seconds", sa.Float(53)),
    sa.Column("server_micros", sa.BigInteger),
    sa.Column("person_questions", sa.BigInteger),
    sa.Column("person_seconds", sa.Float(53)),
    sa.Column("person_micros", sa.BigInteger),
)

watched_channels = sa.Table(
    "watched_channels",
    metadata,
    _id("guild_id", primary_key=True),
    _id("channel_id", primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
)

# Channels and roles that a server has named: `list` says for what.
named = sa.Table(
    "named",
    metadata,
    _id("guild_id", primary_key=True),
    sa.Column("list", sa.String(20), primary_key=True),
    _id("id", primary_key=True),
)

# What today's limits are held against; a row is deleted once its day is over.
charges = sa.Table(
    "charges",
    metadata,
    _id("question_id", primary_key=True),
    sa.Column("day", sa.Integer, nullable=False, index=True),
    _id("guild_id"),
    _id("person_id", nullable=False),
    sa.Column("seconds", sa.Float(53), nullable=False),
    sa.Column("micros", sa.BigInteger, nullable=False),
    sa.Column("by_own_key", sa.Boolean, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
)

# What came of each question. A person who is forgotten leaves figures without ids.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    ),  # SQLite counts up only what is called an INTEGER there
    _id("question_id", unique=True),
    sa.Column("day", sa.Integer, nullable=False, index=True),
    _id("guild_id", index=True),
    _id("channel_id"),
    _id("person_id", index=True),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("clips", sa.Integer, nullable=False),
    sa.Column("video_seconds", sa.Float(53), nullable=False),
    sa.Column("prompt_tokens", sa.BigInteger, nullable=False),
    sa.Column("cached_tokens", sa.BigInteger, nullable=False),
    sa.Column("completion_tokens", sa.BigInteger, nullable=False),
    sa.Column("micros", sa.BigInteger, nullable=False),
    sa.Column("by_own_key", sa.Boolean, nullable=False),
    sa.Column("seconds", sa.Float(53), nullable=False),
)

keys = sa.Table(
    "keys",
    metadata,
    _id("guild_id", primary_key=True),
    sa.Column("provider", sa.String(20), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

# `kind` is "server" or "person".
blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("kind", sa.String(10), primary_key=True),
    _id("id", primary_key=True),
)

# One row at most, while the bot is paused.
pauses = sa.Table(
    "pauses",
    metadata,
    _id("id", primary_key=True),
    sa.Column("message", sa.Text, nullable=False),
)

servers = sa.Table(
    "servers",
    metadata,
    _id("guild_id", primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("known_since", sa.Float(53), nullable=False),
)
