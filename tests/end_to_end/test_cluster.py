"""A gateway and two workers on one PostgreSQL, each a process that may be killed."""

import asyncio
import random

import pytest

from bot.playground.model import Stall
from tests.end_to_end.cluster import ask, cluster, rooms, settle
from tests.end_to_end.staging import bare
from tests.end_to_end.witness import SOON
from tests.postgresql import Server

PARTS = pytest.mark.timeout(120)  # three processes start, and the dead are looked for with patience


@PARTS
async def test_another_worker_goes_on_in_the_message_that_a_killed_one_had_begun(
    server: Server,
) -> None:
    async with cluster(server, ((0,),), 2) as stage:
        stage.model.script.append(Stall(pieces=("It is ", "a square")))
        question = stage.ask("question 0.")
        await stage.discord.until(
            lambda: [bare(one.content) for one in stage.answer(question)] == ["It is a square"]
        )
        (begun,) = stage.answer(question)
        killed = stage.holder(0)
        await stage.kill(killed)
        await stage.discord.until(lambda: stage.is_answered(question), SOON + 10)
        assert [one.id for one in stage.answer(question)] == [begun.id]
        assert stage.holder(0).number == 1 - killed.number
        assert await settle(stage, 10) == []


@PARTS
async def test_each_question_has_one_answer_whatever_is_killed_and_though_the_database_crashes(
    server: Server,
) -> None:
    chance = random.Random(9)  # noqa: S311 (no secret)
    async with cluster(server, ((0,),), 2) as stage:
        gateway, *workers = stage.parts
        asking = asyncio.create_task(ask(stage, rooms(stage.discord, 1, 4), 12, chance))
        await stage.discord.until(lambda: len(stage.model.requests) >= 3)
        await stage.kill(workers[0])
        await stage.discord.until(lambda: any(map(stage.is_answered, stage.said)))
        await stage.kill(gateway)
        await stage.crash_database()
        beginning = [asyncio.create_task(stage.begin(one)) for one in (gateway, workers[0])]
        await asyncio.sleep(1)  # in which nothing can be kept
        await stage.start_database()
        await asyncio.gather(*beginning)
        await asking
        stage.deliver_again()
        assert await settle(stage, 60) == []
