"""What each provider does its own way, as records; the wire is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

PartShape = Literal["video_url", "input_video"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's ways.

    `title` is its name for people. `part_shape` is the `type` of a video part. `link_body` is
    merged into a request that holds a YouTube link, `body` into every request.
    `max_inline_bytes` is the largest clip to send inside a request, before encoding, None where
    nobody has said.
    """

    title: str
    base_url: str
    part_shape: PartShape = "video_url"
    reads_youtube: bool = False
    max_inline_bytes: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    link_body: Mapping[str, Any] = field(default_factory=dict[str, Any])


# Gemini takes less than 100 MB inline (ai.google.dev, "video understanding", 2026), which is
# about 73 MB of video once it is base64. Neither vendor documents a limit of its own.
_GEMINI_INLINE = 70 * _MIB

# https://openrouter.ai/docs/features/multimodal/videos
OPENROUTER = Dialect(
    title="OpenRouter",
    base_url="https://openrouter.ai/api/v1",
    reads_youtube=True,
    max_inline_bytes=_GEMINI_INLINE,
    # https://openrouter.ai/docs/app-attribution
    headers={"X-OpenRouter-Title": "Reeltalk"},
    # The lowest effort that is never refused: "none" is a 400 where reasoning is mandatory, and
    # an effort that a model does not list is accepted. It is 38 times cheaper on a short reply.
    body={"reasoning": {"effort": "minimal"}},
    # Google AI Studio is documented to read YouTube links. Vertex is not, though it has been
    # seen to; so it is second, not excluded. Base64 goes to any endpoint that takes video.
    link_body={"provider": {"order": ["google-ai-studio"]}},
)

# https://lunos.tech/docs/multimodal/video: links work "depending on provider-level
# capabilities", and nothing selects the provider. They are tried.
LUNOS = Dialect(
    title="Lunos",
    base_url="https://api.lunos.tech/v1",
    reads_youtube=True,
    max_inline_bytes=_GEMINI_INLINE,
    headers={"X-App-ID": "Reeltalk"},
)

# vLLM, SGLang and the like download a link as it stands, hence YouTube's web page.
CUSTOM = Dialect(title="the custom provider", base_url="")

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {"openrouter": OPENROUTER, "lunos": LUNOS, "custom": CUSTOM}
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask: a provider's ways, and the key to it, which may be empty."""

    dialect: Dialect
    api_key: str = field(repr=False)
