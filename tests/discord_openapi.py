"""Holding REST calls and their answers against Discord's own OpenAPI document."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = "urn:discord"
# Bots use it, and Discord's document does not know it.
UNDOCUMENTED = {("POST", "/attachments/refresh-urls")}


class Recorded(Protocol):
    """One call: `template` is its path in the document, `status` None if it was cut off."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def template(self) -> str | None: ...
    @property
    def request(self) -> Any: ...
    @property
    def status(self) -> int | None: ...
    @property
    def response(self) -> Any: ...
    @property
    def fault(self) -> object: ...


def violations(requests: Iterable[Recorded], document: Mapping[str, Any]) -> list[str]:
    """Return a line for each way in which a call or its answer departs from the document.

    Answers that were spoilt on purpose are not held against anything.
    """
    relaxed = _relaxed(document)
    empty: Registry[Any] = Registry()
    registry = empty.with_resource(DOCUMENT, DRAFT202012.create_resource(relaxed))
    return [
        f"{one.method} {one.path}: {problem}"
        for one in requests
        if (one.method, one.template) not in UNDOCUMENTED
        for problem in _problems(one, relaxed, registry)
    ]


def _relaxed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Accept what Discord does and its document does not say.

    Ids may be numbers, a reference may be a forward, and the errors of a form's fields have
    words for codes.
    """
    components = document["components"]
    snowflake = {"type": ["string", "integer"], "pattern": r"^(0|[1-9][0-9]*)$"}
    reference = {"type": "integer", "enum": [0, 1]}
    error = {"type": "object", "required": ["code", "message"]}
    field = {"type": "object", "properties": {"_errors": {"type": "array", "items": error}}}
    relaxed = {
        "SnowflakeType": snowflake,
        "MessageReferenceType": reference,
        "InnerErrors": {**field, "additionalProperties": False, "required": ["_errors"]},
    }
    schemas = {**components["schemas"], **relaxed}
    return {**document, "components": {**components, "schemas": schemas}}


def _problems(one: Recorded, document: Mapping[str, Any], registry: Registry[Any]) -> Iterator[str]:
    operation = document["paths"].get(one.template, {}).get(one.method.lower())
    if operation is None:
        yield "no such operation"
        return
    pointer = f"/paths/{_escaped(one.template or '')}/{one.method.lower()}"
    yield from _request_problems(one, operation, pointer, registry)
    if one.fault is None:
        yield from _response_problems(one, operation, pointer, registry)


def _request_problems(
    one: Recorded, operation: Mapping[str, Any], pointer: str, registry: Registry[Any]
) -> Iterator[str]:
    # What was turned away for its form is no violation of the emulated side.
    if one.status == 400 or "requestBody" not in operation:
        return
    if one.request is None:
        if operation["requestBody"].get("required"):
            yield "the request has no body"
        return
    schema = f"{pointer}/requestBody/content/application~1json/schema"
    yield from (f"request {line}" for line in _errors(one.request, schema, registry))


def _response_problems(
    one: Recorded, operation: Mapping[str, Any], pointer: str, registry: Registry[Any]
) -> Iterator[str]:
    responses = operation["responses"]
    key = str(one.status) if str(one.status) in responses else f"{str(one.status)[0]}XX"
    if key not in responses:
        yield f"status {one.status} is not one of {sorted(responses)}"
        return
    reference: str = responses[key].get("$ref", "")
    place = reference.removeprefix("#") if reference else f"{pointer}/responses/{key}"
    if not reference and "content" not in responses[key]:
        if one.response is not None:
            yield f"status {one.status} has a body"
        return
    schema = f"{place}/content/application~1json/schema"
    yield from (f"response {line}" for line in _errors(one.response, schema, registry))


def _errors(value: Any, pointer: str, registry: Registry[Any]) -> Iterator[str]:
    validator = Draft202012Validator({"$ref": f"{DOCUMENT}#{pointer}"}, registry=registry)
    # The stubs of the two libraries do not know each other.
    for error in validator.iter_errors(value):  # pyright: ignore[reportUnknownMemberType]
        yield f"{error.json_path}: {error.message[:300]}"


def _escaped(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
