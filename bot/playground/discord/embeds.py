"""Embeds, held to Discord's limits."""

from .refusals import invalid, too_long
from .state import Json

EMBEDS_LIMIT = 10
EMBEDS_TEXT_LIMIT = 6000


def check_embeds(embeds: list[Json]) -> None:
    """Refuse embeds that are too many, or say too much between them."""
    if len(embeds) > EMBEDS_LIMIT:
        raise too_long("embeds", EMBEDS_LIMIT)
    if sum(map(_embed_length, embeds)) > EMBEDS_TEXT_LIMIT:
        words = f"Embed size exceeds maximum size of {EMBEDS_TEXT_LIMIT}"
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", words)


def _embed_length(embed: Json) -> int:
    footer: Json = embed.get("footer") or {}
    author: Json = embed.get("author") or {}
    fields: list[Json] = embed.get("fields") or []
    texts: list[str | None] = [embed.get("title"), embed.get("description")]
    texts += [footer.get("text"), author.get("name")]
    texts += [field.get(part) for field in fields for part in ("name", "value")]
    return sum(len(text or "") for text in texts)
