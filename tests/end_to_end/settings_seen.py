"""What those see who manage a server: the panel as text, and a month of use as a picture.

Run as `python -m tests.end_to_end.settings_seen PICTURE.png`, which needs the extra `chart`. The
bot is the real one; the month is made up.
"""

import asyncio
import random
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground.discord import Discord
from bot.playground.terminal.markdown import PLAIN, rows
from bot.settings import read_keeping
from bot.store.ledger import Entry
from bot.store.opening import open_books
from tests.end_to_end.panels import Panel
from tests.end_to_end.transcripts import theatre

_MODELS = (
    ("google/gemini-3.5-flash-lite", 0.0009, 12),
    ("google/gemini-3.5-flash", 0.004, 5),
    ("qwen/qwen3-vl-plus", 0.002, 3),
)
_WIDTH = 88


async def main(picture: Path) -> None:
    """Print the panel, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with theatre(Path(folder)) as stage:
            await _fill(Path(folder), stage.discord)
            panel = await Panel.opened(stage.discord)
            await panel.fill_in("words", language="", instructions="Name the players by number.")
            await panel.fill_in("person", questions="20", minutes="60", dollars="")
            for line in panel.lines():
                print("\n".join(rows(line.replace("**", ""), _WIDTH, PLAIN)))
            used = stage.discord.use_command("usage", author_id=panel.manager)

            def shown() -> bool:
                return any(one.attachments for one in stage.discord.whispers(used.user_id))

            await stage.discord.until(shown, 60)
            (file,) = stage.discord.whispers(used.user_id)[-1].attachments
            await asyncio.to_thread(shutil.copy, file.path, picture)


async def _fill(folder: Path, discord: Discord) -> None:
    """Let a month of questions have been asked."""
    chance = random.Random(7)  # noqa: S311 (nothing hangs on it)
    today = datetime.now(UTC).date()
    keeping = read_keeping({"DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}"})
    async with open_books(keeping) as books:
        for ago in range(30):
            day = today - timedelta(days=ago)
            busy = 14 if day.weekday() >= 5 else 6
            for number in range(chance.randint(busy // 2, 2 * busy)):
                weights = [weight for _, _, weight in _MODELS]
                model, price, _ = chance.choices(_MODELS, weights)[0]
                seconds = chance.uniform(8, 240)
                await books.ledger.record(
                    Entry(
                        question_id=ago * 1000 + number + 1,
                        day=day,
                        guild_id=discord.guild_id,
                        channel_id=discord.channel_id,
                        person_id=discord.user_id,
                        model=model,
                        outcome="answered",
                        clips=1,
                        video_seconds=seconds,
                        prompt_tokens=int(91 * seconds),
                        micros=int(1e6 * price * seconds / 60),
                    )
                )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
