"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _id(name: str, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, autoincrement=False, **more)


def upgrade() -> None:
    """Make them."""
    _make_choices()
    _make_accounts()
    _make_the_operators()


def _make_choices() -> None:
    op.create_table(
        "choices",
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
    op.create_table(
        "watched_channels",
        _id("guild_id", primary_key=True),
        _id("channel_id", primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
    )
    op.create_table(
        "named",
        _id("guild_id", primary_key=True),
        sa.Column("list", sa.String(20), primary_key=True),
        _id("id", primary_key=True),
    )


def _make_accounts() -> None:
    op.create_table(
        "charges",
        _id("question_id", primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        _id("guild_id"),
        _id("person_id", nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.Column("by_own_key", sa.Boolean, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
    )
    op.create_index("ix_charges_day", "charges", ["day"])
    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        _id("question_id", unique=True),
        sa.Column("day", sa.Integer, nullable=False),
        _id("guild_id"),
        _id("channel_id"),
        _id("person_id"),
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
    op.create_index("ix_ledger_day", "ledger", ["day"])
    op.create_index("ix_ledger_guild_id", "ledger", ["guild_id"])
    op.create_index("ix_ledger_person_id", "ledger", ["person_id"])


def _make_the_operators() -> None:
    op.create_table(
        "keys",
        _id("guild_id", primary_key=True),
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "blocks",
        sa.Column("kind", sa.String(10), primary_key=True),
        _id("id", primary_key=True),
    )
    op.create_table(
        "pauses",
        _id("id", primary_key=True),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_table(
        "servers",
        _id("guild_id", primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("known_since", sa.Float(53), nullable=False),
    )
