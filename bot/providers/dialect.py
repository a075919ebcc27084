"""What each provider does its own way, as records; the wire is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from bot.providers.untrusted import as_object

_MIB = 1 << 20


class Slot(Enum):
    """What the wire puts into a part in place of this."""

    URL = "the clip as a data URL, or the link to it"
    BASE64 = "the clip's base64 alone"
    STILLS = "the data URLs of the clip's stills, as a list"


@dataclass(frozen=True, slots=True)
class PartShape:
    """How a clip stands in a message: one part, or one for each of its stills.

    `part` holds slots where the clip belongs. With `of_stills` the clip is not sent as a video
    but as pictures; where each is a part of its own, a text part before it gives its time.
    """

    part: Mapping[str, Any]
    of_stills: bool = False

    @property
    def holds_links(self) -> bool:
        """Tell whether a link can stand where the clip would."""
        inner = map(as_object, self.part.values())
        return not self.of_stills and any(Slot.URL in fields.values() for fields in inner)


# Every shape that a server has been seen to want.
SHAPES: Mapping[str, PartShape] = MappingProxyType(
    {
        # OpenRouter, Lunos, vLLM, SGLang, DashScope, Z.ai, Moonshot, MiMo, Ark and others.
        "video_url": PartShape({"type": "video_url", "video_url": {"url": Slot.URL}}),
        # Zhipu's older GLM-4V takes base64 that no prefix introduces.
        "video_url_base64": PartShape({"type": "video_url", "video_url": {"url": Slot.BASE64}}),
        # OpenRouter's older name, which it still takes.
        "input_video": PartShape({"type": "input_video", "video_url": {"url": Slot.URL}}),
        # llama.cpp's server since June 2026, and TrueFoundry.
        "input_video_data": PartShape(
            {"type": "input_video", "input_video": {"data": Slot.BASE64}}
        ),
        # LiteLLM's proxy.
        "file": PartShape({"type": "file", "file": {"file_data": Slot.URL}}),
        # DashScope takes a list of pictures for a video; `fps` is set beside it.
        "video": PartShape({"type": "video", "video": Slot.STILLS}, of_stills=True),
        # Ollama, LM Studio and whatever else sees only pictures. The sound is lost.
        "image_url": PartShape(
            {"type": "image_url", "image_url": {"url": Slot.URL}}, of_stills=True
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's ways.

    `title` is its name for people. `part_extra` is merged into every part that holds a clip,
    `link_body` into a request that holds a YouTube link, `body` into every request: each as a
    merge patch (RFC 7396), in which null takes a field away. `link_models` are the beginnings of
    the models' names that follow YouTube links, where not every one does. `max_inline_bytes` is
    the most to send inside a request, before encoding. `takes_effort` tells whether OpenRouter's
    `reasoning: {effort}` is understood, `counts_video` whether usage is documented to tell the
    tokens of video, where a Google host ran the model. `account_path` tells whether a key is good,
    and what is left of its credit.
    """

    title: str
    base_url: str = field(repr=False)
    shape: PartShape = SHAPES["video_url"]
    part_extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reads_youtube: bool = False
    link_models: tuple[str, ...] = ()
    max_inline_bytes: int = 7 * _MIB
    # A custom provider's key may stand in these.
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    link_body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    takes_effort: bool = False
    counts_video: bool = False
    account_path: str = ""

    @property
    def is_agentic(self) -> bool:
        """Tell whether the model is asked to look into the video by itself, as it sees fit."""
        return as_object(self.part_extra.get("video_url")).get("processing") == "agentic"

    def follows_links(self, model: str) -> bool:
        """Tell whether a model is one that watches YouTube links here."""
        named = not self.link_models or model.removeprefix("~").startswith(self.link_models)
        return self.reads_youtube and named


# Gemini takes less than 100 MB inline (ai.google.dev, "video understanding", 2026), which is
# about 73 MB of video once it is base64. Neither vendor documents a limit of its own.
_GEMINI_INLINE = 70 * _MIB
# Of the models that both sell, only Gemini watches YouTube. Qwen's and Gemma's have been seen
# to download the web page and to fail on it; the catalogue tells nothing about links.
_LINK_MODELS = ("google/gemini", "gemini")

# https://openrouter.ai/docs/features/multimodal/videos
OPENROUTER = Dialect(
    title="OpenRouter",
    base_url="https://openrouter.ai/api/v1",
    reads_youtube=True,
    link_models=_LINK_MODELS,
    max_inline_bytes=_GEMINI_INLINE,
    # https://openrouter.ai/docs/app-attribution
    headers={"X-OpenRouter-Title": "Reeltalk"},
    # Google AI Studio is documented to read YouTube links. Vertex is not, though it has been
    # seen to; so it is second, not excluded. Base64 goes to any endpoint that takes video.
    link_body={"provider": {"order": ["google-ai-studio"]}},
    takes_effort=True,
    counts_video=True,
    account_path="/key",
)

# https://lunos.tech/docs/multimodal/video: links work "depending on provider-level
# capabilities", and nothing selects the provider. They are tried.
LUNOS = Dialect(
    title="Lunos",
    base_url="https://api.lunos.tech/v1",
    reads_youtube=True,
    link_models=_LINK_MODELS,
    max_inline_bytes=_GEMINI_INLINE,
    headers={"X-App-ID": "Reeltalk"},
    account_path="/balance",
)

# vLLM, SGLang and the like download a link as it stands, hence YouTube's web page. DashScope
# takes 10 MB of data URL, which is 7 MiB of video; others take more, and are told so.
CUSTOM = Dialect(title="the custom provider", base_url="")

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {"openrouter": OPENROUTER, "lunos": LUNOS, "custom": CUSTOM}
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask: a provider's ways, and the key to it, which may be empty."""

    dialect: Dialect
    api_key: str = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with every request."""
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {**key, **self.dialect.headers}
