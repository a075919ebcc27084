"""Which provider to ask, by the environment."""

import re
from dataclasses import replace
from typing import Any

from bot.environ import Environ
from bot.providers.dialect import DIALECTS, SHAPES, Dialect, Endpoint

_DEFAULT_MODEL = "google/gemini-3.5-flash-lite"
_MIB = 1 << 20
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NEED_KEYS = {"openrouter", "lunos"}


def read_endpoint(environ: Environ) -> Endpoint:
    """Return the provider that is set, else the first that is configured, with its key."""
    endpoint, name = _endpoint(environ, provider(environ))
    if not endpoint.api_key and name in _NEED_KEYS:
        environ.problems.append(f"PROVIDER={name} needs {name.upper()}_API_KEY.")
    return endpoint


def read_catalogue_endpoint(environ: Environ) -> Endpoint:
    """Return a provider to ask for its models, which takes no key; OpenRouter, if none is set."""
    return _endpoint(environ, provider(environ) or "openrouter")[0]


def read_dialects(environ: Environ) -> dict[str, Dialect]:
    """Return every provider that somebody with a key can ask, under its name."""
    usable = [name for name, one in DIALECTS.items() if one.base_url]
    if environ.get("CUSTOM_BASE_URL"):
        usable.append("custom")
    return {name: _endpoint(environ, name)[0].dialect for name in usable}


def _endpoint(environ: Environ, name: str) -> tuple[Endpoint, str]:
    if name not in DIALECTS:
        environ.problems.append(
            f"PROVIDER has to be one of {', '.join(DIALECTS)}, not {name}."
            if name
            else "No provider is configured: set OPENROUTER_API_KEY "
            "(https://openrouter.ai/keys), LUNOS_API_KEY (https://lunos.tech) "
            "or CUSTOM_BASE_URL."
        )
        return Endpoint(DIALECTS["custom"], ""), name
    dialect = DIALECTS[name]
    prefix = name.upper()
    base_url = environ.url(f"{prefix}_BASE_URL", dialect.base_url)
    key = environ.get(f"{prefix}_API_KEY")
    match name:
        case "openrouter":
            dialect = _openrouter(environ, dialect)
        case "custom":
            dialect = _custom(environ, dialect)
        case _:
            pass
    return Endpoint(replace(dialect, base_url=base_url), key), name


def read_model(environ: Environ) -> str:
    """Return the model to ask; nobody can tell what a custom provider has."""
    model = environ.get("MODEL", "" if provider(environ) == "custom" else _DEFAULT_MODEL)
    if not model:
        environ.problems.append(
            "MODEL is missing: a custom provider needs the name of a model that takes video."
        )
    return model


def provider(environ: Environ) -> str:
    """Return the name of the provider that is set, else of the first that is configured."""
    configured = (
        (environ.get("OPENROUTER_API_KEY"), "openrouter"),
        (environ.get("LUNOS_API_KEY"), "lunos"),
        (environ.get("CUSTOM_BASE_URL"), "custom"),
    )
    found = next((name for value, name in configured if value), "")
    return environ.get("PROVIDER", found).lower()


def _openrouter(environ: Environ, dialect: Dialect) -> Dialect:
    """Add who may see the clips, and how they are to be looked at.

    https://openrouter.ai/docs/features/provider-routing: `zdr` asks for hosts that keep nothing,
    `data_collection` "deny" for hosts that don't train on it.
    """
    routing: dict[str, Any] = {}
    if environ.flag("OPENROUTER_ZDR"):
        routing["zdr"] = True
    if collection := environ.choice("OPENROUTER_DATA_COLLECTION", ("allow", "deny"), ""):
        routing["data_collection"] = collection
    processing = environ.choice("OPENROUTER_PROCESSING", ("static", "agentic"), "")
    return replace(
        dialect,
        body={"provider": routing} if routing else {},
        part_extra={"video_url": {"processing": processing}} if processing else {},
    )


def _custom(environ: Environ, dialect: Dialect) -> Dialect:
    if not environ.get("CUSTOM_BASE_URL"):
        environ.problems.append(
            "PROVIDER=custom needs CUSTOM_BASE_URL, such as http://localhost:8000/v1."
        )
    name = environ.choice("CUSTOM_PART_SHAPE", tuple(SHAPES), "video_url")
    shape = SHAPES[name]
    reads_youtube = environ.flag("CUSTOM_YOUTUBE")
    if reads_youtube and not shape.holds_links:
        environ.problems.append(
            f"CUSTOM_YOUTUBE needs a CUSTOM_PART_SHAPE that can hold a link, which {name} can't."
        )
    return replace(
        dialect,
        title=environ.get("CUSTOM_NAME", dialect.title),
        shape=shape,
        part_extra=environ.fields("CUSTOM_EXTRA_PART"),
        body=environ.fields("CUSTOM_EXTRA_BODY"),
        headers=_headers(environ),
        reads_youtube=reads_youtube,
        max_inline_bytes=int(environ.number("CUSTOM_MAX_INLINE_MB", "7") * _MIB),
    )


def _headers(environ: Environ) -> dict[str, str]:
    name = "CUSTOM_EXTRA_HEADERS"
    headers = {key: str(value) for key, value in environ.fields(name).items() if value is not None}
    if not all(_HEADER.fullmatch(key) and value.isprintable() for key, value in headers.items()):
        environ.problems.append(f"{name} holds a name or a value that no header can have.")
        return {}
    return headers
