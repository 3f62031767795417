"""Payloads and results to JSON and back: what is refused, and that the refusal names the field."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import Codec, decode_json, digest, encode_json, text_field
from engine.errors import PayloadError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)


class Payload(msgspec.Struct, rename="camel"):
    """Two fields, one of them with a default."""

    tenant_id: str
    max_reviews: int = 100


CODEC: Codec[Payload] = Codec("payload of work", Payload, 200)
ANY: Codec[Any] = Codec("result of work", Any, 10_000)


def test_a_value_comes_back_by_its_wire_names() -> None:
    """The wire form is camelCase; decoded it is the same value."""
    data = CODEC.encode(Payload("t1", 5))
    assert data == b'{"tenantId":"t1","maxReviews":5}'
    assert CODEC.decode(data) == Payload("t1", 5)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{}", "missing required field `tenantId`"),
        (b'{"tenantId":"t","maxReviews":"many"}', r"Expected `int`, got `str` - at `\$.maxReviews`"),
        (b'{"tenantId":7}', r"\$.tenantId"),
        (b"not json", "payload of work: "),
        (b"\xff", "payload of work: "),
        (b"[" * 100_000, "payload of work: "),
        (b"", "payload of work: "),
    ],
    ids=["missing", "type", "other type", "no JSON", "no text", "too deep", "empty"],
)
def test_a_payload_that_does_not_fit_names_the_field(data: bytes, told: str) -> None:
    """Whatever another producer wrote, the error says whose payload it is and which field is wrong."""
    with pytest.raises(PayloadError, match=told):
        CODEC.decode(data)


def test_a_struct_with_a_wrong_value_is_refused_when_encoded() -> None:
    """Structs do not check their values when they are made; the codec does before anything is sent."""
    payload = Payload("t")
    payload.max_reviews = "many"  # type: ignore[assignment]
    with pytest.raises(PayloadError, match=r"Expected `int`, got `str` - at `\$.maxReviews`"):
        CODEC.encode(payload)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [object(), {("a",): 1}, "\ud800", nested(100_000), 1 + 2j, (n for n in "ab")],
    ids=["object", "key", "surrogate", "depth", "complex", "generator"],
)
def test_what_cannot_be_json_is_an_error_that_says_so(value: object) -> None:
    """Any result a handler may return is encoded or refused by PayloadError, never by another error."""
    with pytest.raises(PayloadError, match="result of work cannot be JSON: "):
        ANY.encode(value)


def test_size_is_limited_and_told() -> None:
    """The limit counts bytes of JSON; one more is refused with both numbers and what to do."""
    size = len(CODEC.encode(Payload("")))
    assert len(CODEC.encode(Payload("x" * (200 - size)))) == 200
    with pytest.raises(PayloadError, match="payload of work is 201 bytes, more than 200: pass a reference"):
        CODEC.encode(Payload("x" * (201 - size)))


@given(JSON)
def test_untyped_json_comes_back(value: Any) -> None:
    """What the engine writes it reads again."""
    assert decode_json(encode_json(value)) == value
    assert ANY.decode(ANY.encode(value)) == value


def test_text_that_is_no_json_is_an_error() -> None:
    """With the decoder's reason."""
    with pytest.raises(PayloadError, match="not JSON: "):
        decode_json(b"{")


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=4), JSON, max_size=6), st.randoms())
def test_a_digest_does_not_depend_on_the_order_of_fields(fields: dict[str, Any], random: Any) -> None:
    """Equal payloads have equal digests, in 16 hex digits, however their fields are ordered."""
    names = list(fields)
    random.shuffle(names)
    first, second = encode_json(fields), encode_json({name: fields[name] for name in names})
    assert digest(first, ()) == digest(second, ())
    assert len(digest(first, ())) == 16


@given(JSON, JSON, JSON)
def test_a_digest_ignores_volatile_fields_alone(value: Any, early: Any, late: Any) -> None:
    """A volatile field of the top level does not count; one inside another field does."""

    def of(fields: dict[str, Any]) -> str:
        return digest(encode_json(fields), ("createdAt",))

    assert of({"a": value, "createdAt": early}) == of({"a": value, "createdAt": late}) == of({"a": value})
    assert of({"a": {"createdAt": 1}}) != of({"a": {"createdAt": 2}})


def test_a_digest_tells_payloads_apart() -> None:
    """Another value, another field or another type is another digest."""
    payloads = [b"{}", b'{"a":1}', b'{"a":2}', b'{"b":1}', b'{"a":"1"}', b"[1]", b"1", b"null"]
    assert len({digest(payload, ()) for payload in payloads}) == len(payloads)


@pytest.mark.parametrize(
    ("payload", "found"),
    [(b'{"t":"x"}', "x"), (b'{"t":""}', None), (b'{"t":1}', None), (b"{}", None), (b"[]", None), (b'"t"', None)],
)
def test_a_text_field_is_there_and_a_text_or_none(payload: bytes, found: str | None) -> None:
    """A tenant is a text that is not empty; anything else is none."""
    assert text_field(payload, "t") == found


def test_fields_that_the_type_lacks_are_known() -> None:
    """What a producer sends beyond the type is named, by its name on the wire; only Structs have fields."""
    assert CODEC.unknown_fields(b'{"tenantId": "t", "colour": 1, "tenant_id": 2}') == {"colour", "tenant_id"}
    assert CODEC.unknown_fields(b'{"tenantId": "t"}') == set()
    assert CODEC.unknown_fields(b"[1]") == set()
    assert CODEC.unknown_fields(b'{"do":' * 50_000) == set()
    assert CODEC.unknown_fields(b'{"\xff": 1}') == set()
    assert ANY.unknown_fields(b'{"colour": 1}') == set()
