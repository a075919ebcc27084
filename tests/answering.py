"""The whole way from a question to an answer, without Discord: a file, and a scripted provider."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.assembly import answerer, session
from bot.clips import Clip, Upload
from bot.conversation import Conversation, Turn
from bot.media.files import FileClip
from bot.playground import model as stand_in
from bot.playground.model import Model
from bot.preferences import Preferences
from bot.progress import Answer, Progress
from bot.settings import Asking


@dataclass
class Asker:
    """Asks a scripted provider about a file of two seconds."""

    model: Model
    clip: Path
    told: list[Progress] = field(default_factory=list[Progress])
    preferences: dict[str, Any] = field(default_factory=dict[str, Any])

    async def ask(
        self,
        *clips: Clip,
        provider: str = "openrouter",
        question: str = "What?",
        earlier: Sequence[Turn] = (),
        span: tuple[float, float | None] = (0.0, None),
        **environ: str,
    ) -> Answer:
        """Ask about the file, or about other clips, with variables of an environment."""
        name = provider.upper()
        asking = Asking.read(
            {
                "PROVIDER": provider,
                "MODEL": "google/gemini-3.5-flash-lite",
                f"{name}_API_KEY": "key",
                f"{name}_BASE_URL": self.model.base_url,
                **environ,
            }
        )
        upload = Upload(0, 0, 0, self.clip.name)
        asked = Conversation.of(
            Turn(question, clips or (upload,), start=span[0], end=span[1]), earlier
        )
        async with session() as web:
            answering = answerer(
                web, lambda one: FileClip(self.clip, one.name), asking.silence_seconds
            )
            preferences = replace(Preferences.by(asking), **self.preferences)
            return await answering.answer(asked, preferences, self.told.append)


@asynccontextmanager
async def asking(clip: Path) -> AsyncGenerator[Asker]:
    """Serve a provider to ask."""
    async with stand_in.serve() as model:
        yield Asker(model, clip)
