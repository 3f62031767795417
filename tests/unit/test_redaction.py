"""Secrets are taken out of JSON and of free text, and nothing else is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.redaction import is_secret, redact_json, redact_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = ["password", "clientSecret", "api_key", "API-Key", "apiToken", "Authorization", "credentials", "Set-Cookie"]


@pytest.mark.parametrize("name", [*NAMES, "private_key", "accessKeyId", "dbPasswd", "auth", "refresh_token", "pwd"])
def test_a_name_sounds_like_a_secret(name: str) -> None:
    """However it is spelt."""
    assert is_secret(name)


@pytest.mark.parametrize("name", ["tenantId", "author", "compass", "keyboard", "passed", "authority", "id", ""])
def test_a_name_does_not(name: str) -> None:
    """Though it has some of the letters."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("text", "clear", "count"),
    [
        ('{"apiToken":"abcdefgh"}', '{"apiToken":"[redacted: text, 8 chars]"}', 1),
        ('{ "password" : "é\\n" , "a": 1 }', '{ "password" : "[redacted: text, 2 chars]" , "a": 1 }', 1),
        ('{"secret":12345,"a":1}', '{"secret":"[redacted: number, 5 chars]","a":1}', 1),
        ('{"credentials":{"a":["x"]},"b":2}', '{"credentials":"[redacted: object, 11 chars]","b":2}', 1),
        ('{"cookie":["a","b"]}', '{"cookie":"[redacted: list, 9 chars]"}', 1),
        ('{"a":[{"pass\\u0077ord":"x"}]}', '{"a":[{"pass\\u0077ord":"[redacted: text, 1 chars]"}]}', 1),
        ('{"secret":null,"token":"","auth":true}', '{"secret":null,"token":"","auth":true}', 0),
        ('{"maxTokens":500,"token":"500"}', '{"maxTokens":500,"token":"[redacted: text, 3 chars]"}', 1),
        ('{"id":123456789012345678901234567890}', '{"id":123456789012345678901234567890}', 0),
        ('["password","x"]', '["password","x"]', 0),
        ('{"url":"https://x/?token=abc&y=1"}', '{"url":"https://x/?token=[redacted: text, 3 chars]&y=1"}', 1),
        ('{"note":"Bearer abcDEF123456"}', '{"note":"Bearer [redacted: text, 12 chars]"}', 1),
        ('{"password":"abc', '{"password":"[redacted: text, 3 chars]"', 1),
        ('{"secret":{"a":1', '{"secret":"[redacted: object, 6 chars]"', 1),
    ],
)
def test_json_keeps_its_own_text(text: str, clear: str, count: int) -> None:
    """But for the secrets' values; also where it is cut off."""
    found = redact_json(text)
    assert (found.text, found.count) == (clear, count)


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("HTTP 401: Authorization: Bearer abcDEF123 was refused", "abcDEF123"),
        ("Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("login with password=hunter2 failed", "hunter2"),
        ("{'api_key': 'xyz', 'n': 1}", "xyz"),
        ('{"client_secret": "xyz"}', "xyz"),
        ("Cookie: a=b; c=d", "a=b; c=d"),
        ("postgres://user:pw@host/db", "pw"),
        ("GET /x?access_token=abc&page=2", "abc"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("a eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ b", "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ"),
    ],
)
def test_a_secret_in_free_text(text: str, clear: str) -> None:
    """It is gone, and a mark says so; what was marked stays as it is."""
    found = redact_text(text)
    assert clear not in found.text
    assert "[redacted: text, " in found.text
    assert found.count == 1
    assert redact_text(found.text) == type(found)(found.text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication failed",
        "the bearer of news",
        "unexpected token: }",
        "max_tokens=500",
        "a = b: c",
        "x@y.z",
        "pass: 5",
    ],
)
def test_plain_text_stays(text: str) -> None:
    """Though it has the words."""
    assert redact_text(text).text == text


@given(JSON)
def test_json_stays_json_and_loses_secrets_only(value: Any) -> None:
    """Under a harmless name everything is as it was; under a secret one, no text is left."""
    text = json.dumps({"harmless": value}, ensure_ascii=False)
    found = redact_json(text)
    json.loads(found.text)
    assert found.count > 0 or found.text == text
    assert redact_json(found.text).text == found.text
    secret = json.loads(redact_json(json.dumps({"password": value})).text)["password"]
    assert secret in (value, secret)
    assert not isinstance(secret, dict | list)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """As JSON or not; a second time it is left as it is."""
    for redact in (redact_text, redact_json):
        once = redact(text).text
        assert redact(once).text == once


@pytest.mark.parametrize(
    "part", ["a", "token", "eyJ-", "://", "basic ", " ", '"', "password=", "-----BEGIN PRIVATE KEY", "{"]
)
def test_hostile_text_costs_linear_time(part: str) -> None:
    """A payload full of it is read at once; in quadratic time it would take hours."""
    text = part * (262_144 // len(part))
    assert redact_text(text).text
    assert redact_json('{"a":"' + text + '"}').text
