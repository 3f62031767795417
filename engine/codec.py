"""Payloads and results to JSON and back, with errors that name the field."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any, Generic, TypeVar, cast

import msgspec

from engine.errors import PayloadError
from engine.types import Json

T = TypeVar("T")
MAX_PAYLOAD_BYTES = 256 * 1024
MAX_RESULT_BYTES = 256 * 1024
_ENCODER = msgspec.json.Encoder()
_FIELDS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Codec(Generic[T]):
    """Encodes and decodes values of one type; `what` begins its error texts."""

    def __init__(self, what: str, type_: Any, max_bytes: int) -> None:
        self._what, self._max_bytes = what, max_bytes
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(type_)
        self._fields = _field_names(type_)

    def encode(self, value: Any) -> bytes:
        """The value as JSON; PayloadError if it does not fit its type, cannot be JSON, or is too large."""
        try:
            data = _ENCODER.encode(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise PayloadError(f"{self._what} cannot be JSON: {error}") from error
        if len(data) > self._max_bytes:
            raise PayloadError(f"{self._what} is {len(data):,} bytes, more than {self._max_bytes:,}: pass a reference")
        self.decode(data)
        return data

    def decode(self, data: bytes) -> T:
        """The value; PayloadError with the field's name if the JSON does not fit."""
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise PayloadError(f"{self._what}: {error}") from error

    def unknown_fields(self, data: bytes) -> set[str]:
        """The top-level fields that decoding ignores; none if the type is no Struct, or the JSON no object."""
        if not self._fields:
            return set()
        try:
            return set(_FIELDS.decode(data)) - self._fields
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return set()


def _field_names(type_: Any) -> frozenset[str]:
    if not (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return frozenset()
    return frozenset(field.encode_name for field in msgspec.structs.fields(type_))


def decode_json(data: bytes) -> Json:
    """Untyped JSON; PayloadError if it is none."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(f"not JSON: {error}") from error


def encode_json(value: Any) -> bytes:
    """Any value of the engine as JSON."""
    return _ENCODER.encode(value)


def digest(payload: bytes, volatile: Collection[str]) -> str:
    """16 hex digits that are equal for equal payloads; `volatile` top-level fields do not count."""
    fields = decode_json(payload)
    if volatile and isinstance(fields, dict):
        fields = {name: value for name, value in cast("dict[str, Json]", fields).items() if name not in volatile}
    return hashlib.blake2b(msgspec.json.encode(fields, order="sorted"), digest_size=8).hexdigest()


def text_field(payload: bytes, name: str) -> str | None:
    """The top-level field of a JSON object, if it is there and a text that is not empty."""
    fields = decode_json(payload)
    value = cast("dict[str, Json]", fields).get(name) if isinstance(fields, dict) else None
    return value if isinstance(value, str) and value else None
