"""Exchanges as the vendors document them, or as somebody has published them, played as they are.

Each goes from the scripted provider through the whole way to an answer.
"""

from pathlib import Path

import pytest

from bot import errors
from bot.errors import ReeltalkError
from bot.playground.model import Play
from bot.progress import Answer
from tests.answering import Asker

SAMPLES = Path(__file__).parent / "samples"
TYPES = {".sse": "text/event-stream", ".json": "application/json", ".html": "text/html"}
SQUARE = "A square crosses the picture."


def play(name: str, status: int = 200) -> Play:
    """Play a file in pieces of forty bytes, which fall anywhere."""
    path = SAMPLES / name
    data = path.read_bytes()
    chunks = tuple(data[at : at + 40] for at in range(0, len(data), 40))
    return Play(chunks, status, {"Content-Type": TYPES[path.suffix]})


ANSWERS = [
    ("openrouter/stream.sse", "A square crosses the picture; it changes at 0:02."),
    ("lunos/stream.sse", SQUARE),
    ("lunos/completion-wrapped.json", SQUARE),
    ("custom/vllm.sse", SQUARE),
    ("custom/minimax-thoughts-in-content.sse", SQUARE),
    ("custom/zai-box.sse", SQUARE),
    ("custom/no-done.sse", SQUARE),
    ("custom/crlf-and-parts.sse", SQUARE),
    ("custom/moonshot-usage-in-choice.sse", SQUARE),
]


@pytest.mark.parametrize(("name", "text"), ANSWERS)
async def test_a_sample_is_answered(asker: Asker, name: str, text: str) -> None:
    asker.model.script.append(play(name))
    answer = await asker.ask(provider=Path(name).parent.name)
    assert answer.text == text
    assert not asker.model.script


async def test_what_an_answer_came_to_is_read_where_each_says_it(asker: Asker) -> None:
    async def played(name: str) -> Answer:
        asker.model.script.append(play(name))
        return await asker.ask(provider=Path(name).parent.name)

    openrouter = await played("openrouter/stream.sse")
    assert openrouter.usage is not None
    assert (openrouter.usage.video_tokens, openrouter.usage.audio_tokens) == (4422, 1672)
    assert openrouter.cost is not None
    assert (openrouter.cost.dollars, openrouter.cost.about) == (0.0018832, False)
    moonshot = await played("custom/moonshot-usage-in-choice.sse")
    assert moonshot.usage is not None
    assert moonshot.usage.prompt_tokens == 20311
    assert moonshot.cost is None


REFUSALS: list[tuple[str, int, type[ReeltalkError]]] = [
    ("openrouter/error-401.json", 401, errors.KeyRefused),
    ("openrouter/error-402.json", 402, errors.CreditSpent),
    ("openrouter/error-403-flagged.json", 403, errors.AnswerWithheld),
    ("openrouter/error-404-input-video.json", 404, errors.ModelRefused),
    ("openrouter/error-413.json", 413, errors.RequestTooLarge),
    ("openrouter/error-429-availability.json", 429, errors.RateLimited),
    ("openrouter/error-503-region.json", 503, errors.RegionRefused),
    ("openrouter/error-200-invalid-image-url.json", 200, errors.RequestRefused),
    ("openrouter/error-502-private-video.json", 502, errors.RequestRefused),
    ("openrouter/stream-filtered.sse", 200, errors.AnswerWithheld),
    ("openrouter/stream-broken.sse", 200, errors.AnswerCut),
    ("openrouter/stream-page-read.sse", 200, errors.AnswerUnseen),
    ("openrouter/completion-null-content.json", 200, errors.AnswerEmpty),
    ("lunos/error-unauthorized.json", 401, errors.KeyRefused),
    ("lunos/error-model.json", 404, errors.ModelRefused),
    ("custom/zai-error.json", 400, errors.CreditSpent),
    ("custom/zai-sensitive.sse", 200, errors.AnswerWithheld),
    ("custom/gemini-upper-case-safety.sse", 200, errors.AnswerWithheld),
    ("custom/sglang-abort.sse", 200, errors.AnswerCut),
    ("custom/llamacpp-error.json", 500, errors.ModelRefused),
    ("custom/mimo-error.json", 400, errors.FormatRefused),
    ("custom/dashscope-error-too-long.json", 400, errors.ContextExceeded),
    ("custom/nginx-413.html", 413, errors.RequestTooLarge),
]


@pytest.mark.parametrize(("name", "status", "kind"), REFUSALS)
async def test_a_sample_is_refused_for_what_it_says(
    asker: Asker, name: str, status: int, kind: type[ReeltalkError]
) -> None:
    # A clip that was refused for its size or its format is sent another way; nothing else of this
    # would be better the next time.
    times = 2 if kind in {errors.RequestTooLarge, errors.FormatRefused} else 1
    asker.model.script.extend([play(name, status)] * times)
    with pytest.raises(ReeltalkError) as caught:
        await asker.ask(provider=Path(name).parent.name)
    assert type(caught.value) is kind
    assert len(asker.model.requests) == times


async def test_an_error_inside_a_choice_may_pass(asker: Asker) -> None:
    asker.model.script.extend([play("openrouter/completion-choice-error.json")] * 3)
    with pytest.raises(errors.ProviderDown):
        await asker.ask()
    assert len(asker.model.requests) == 3


def test_every_sample_is_played() -> None:
    there = {str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*")}
    played = {name for name, _ in ANSWERS} | {name for name, _, _ in REFUSALS}
    elsewhere = {name for name in there if "/models" in name} | {
        "openrouter/completion-choice-error.json",
        "openrouter/stream-only-thoughts.sse",
        "openrouter/error-400-reasoning.json",
    }
    assert there == played | elsewhere
