import pytest

from bot.roles import Role, Shards
from bot.settings import Settings, SettingsError

ENOUGH = {"DISCORD_TOKEN": "token", "OPENROUTER_API_KEY": "key"}


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.WORKER])
def test_a_role_needs_a_database_that_processes_share(role: Role) -> None:
    shared = {**ENOUGH, "DATABASE_URL": "postgresql://h/x"}
    assert Settings.read(shared, role).role is role
    with pytest.raises(SettingsError, match=f"has to be a PostgreSQL for a {role.value}"):
        Settings.read(ENOUGH, role)


@pytest.mark.parametrize(
    ("ids", "count", "shards"),
    [
        ("", "", Shards()),
        ("", "3", Shards([0, 1, 2], 3)),
        ("1", "2", Shards([1], 2)),
        ("3, 0-1", "4", Shards([0, 1, 3], 4)),
    ],
)
def test_shards_are_a_list_of_numbers(ids: str, count: str, shards: Shards) -> None:
    assert Settings.read({**ENOUGH, "SHARD_IDS": ids, "SHARD_COUNT": count}).shards == shards


@pytest.mark.parametrize(
    ("ids", "count", "problem"),
    [
        ("0,1", "", "SHARD_COUNT has to be above 1"),
        ("0-4", "4", "SHARD_COUNT has to be above 4"),
        ("0;1", "4", "SHARD_IDS is a list such as 0,1 or 0-7, not 0;1"),
        ("3-1", "4", "SHARD_IDS is a list"),
        ("-1", "4", "SHARD_IDS is a list"),
        ("0-99999999", "4", "SHARD_IDS is a list"),
    ],
)
def test_shards_that_there_can_not_be_are_told(ids: str, count: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Settings.read({**ENOUGH, "SHARD_IDS": ids, "SHARD_COUNT": count})
