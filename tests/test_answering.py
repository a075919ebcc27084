import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import aiohttp

from bot.answering import Answerer, Progress
from bot.clips import Upload, YouTubeLink
from bot.errors import ProviderStalled
from bot.hosts import Hosts
from bot.media.fetch import Cdn
from bot.media.kinds import Segment
from bot.preferences import Preferences
from bot.providers.client import Provider
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.questions import Question

PREFERENCES = Preferences(Endpoint(OPENROUTER, "key"), "model", 1 << 20, 60.0)


async def nowhere(upload: Upload) -> str:
    raise AssertionError(upload)


def ignore(progress: Progress) -> None:
    del progress


class Uploads:
    """Counts the uploads under way, and lets none end before it is told to."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.full, self.may_end = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: Sequence[Segment],
        on_sent: Callable[[int, int], None],
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        del url, headers, body, on_sent
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == 8:
            self.full.set()
        await self.may_end.wait()
        self.now -= 1
        raise ProviderStalled("OpenRouter")
        yield


async def test_no_more_than_eight_uploads_are_under_way() -> None:
    uploads = Uploads()
    async with aiohttp.ClientSession() as session:
        answerer = Answerer(Cdn(session, nowhere, Hosts(frozenset())), Provider(uploads.post))
        questions = [
            Question(number, None, 1, number, 2, "what?", (YouTubeLink("dQw4w9WgXcQ"),))
            for number in range(20)
        ]
        tasks = [
            asyncio.create_task(answerer.answer(question, PREFERENCES, ignore))
            for question in questions
        ]
        await uploads.full.wait()
        uploads.may_end.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert uploads.most == 8
    assert all(isinstance(error, ProviderStalled) for error in ended)
