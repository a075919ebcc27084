from bot.errors import BotPaused, PersonBlocked, ServerBlocked
from bot.store.blocks import Kind, Server
from bot.store.opening import Store
from tests.store.ours import Clock


async def test_who_is_blocked_is_refused_and_nobody_else(store: Store) -> None:
    blocks = store.blocks
    assert await blocks.block(Kind.SERVER, 7)
    assert not await blocks.block(Kind.SERVER, 7)
    assert await blocks.block(Kind.PERSON, 700)
    assert isinstance(await blocks.refusal(7, 1), ServerBlocked)
    assert isinstance(await blocks.refusal(8, 700), PersonBlocked)
    assert isinstance(await blocks.refusal(None, 700), PersonBlocked)
    # An id is a server's or a person's, whichever it was blocked as.
    assert await blocks.refusal(700, 7) is None
    assert await blocks.blocked() == [(Kind.PERSON, 700), (Kind.SERVER, 7)]
    assert await blocks.unblock(Kind.SERVER, 7)
    assert not await blocks.unblock(Kind.SERVER, 7)
    assert await blocks.refusal(7, 1) is None


async def test_a_pause_tells_its_message_until_it_ends(store: Store) -> None:
    await store.blocks.pause("Back at noon.")
    await store.blocks.pause("Back at one.")
    refused = await store.blocks.refusal(7, 700)
    assert isinstance(refused, BotPaused)
    assert refused.message == "Back at one."
    assert [await store.blocks.resume(), await store.blocks.resume()] == [True, False]
    assert await store.blocks.refusal(7, 700) is None


async def test_servers_are_known_by_their_newest_name(store: Store, clock: Clock) -> None:
    at = clock.now().timestamp()
    await store.blocks.saw({})
    await store.blocks.saw({8: "Zoo", 7: "Film club"})
    clock.sleep(days=1)
    await store.blocks.saw({8: "Aquarium"})
    await store.blocks.block(Kind.SERVER, 7)
    assert await store.blocks.servers() == [
        Server(8, "Aquarium", at, is_blocked=False),
        Server(7, "Film club", at, is_blocked=True),
    ]
