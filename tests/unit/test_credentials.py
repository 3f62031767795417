"""Credentials at rest: what opens, what does not, and that nothing shows them."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from engine import SettingError
from jobs.credentials import CredentialsUnreadable, Place, Vault, is_plain, new_key, read_keys

HERE = Place("t1", "c1")
OLD, NOW = "1" * 64, "aB" * 32
SECRET = "canary-5f0c2a"
CREDENTIALS = {"refreshToken": SECRET, "clientId": "x"}
TEXTS = st.text(max_size=20)


def vault(*keys: str) -> Vault:
    """The vault of an environment with these keys, the first of which is today's."""
    return Vault.read({"CONNECTOR_ENCRYPTION_KEY": keys[0], "CONNECTOR_ENCRYPTION_KEY_OLD": ",".join(keys[1:])})


def web_form(credentials: Any, key: str = NOW, *, iv_bytes: int = 16) -> str:
    """Credentials as the web application stores them."""
    iv = secrets.token_bytes(iv_bytes)
    sealed = AESGCM(bytes.fromhex(key)).encrypt(iv, msgspec.json.encode(credentials), None)
    return ":".join(b64encode(part).decode() for part in (iv, sealed[-16:], sealed[:-16]))


@given(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(-9, 9), st.none())), TEXTS, TEXTS)
def test_what_is_sealed_opens(credentials: dict[str, Any], tenant: str, connector: str) -> None:
    """Any credentials open as they were, at the place that they were sealed for."""
    sealed = vault(NOW).seal(credentials, Place(tenant, connector))
    assert vault(NOW).open(sealed, Place(tenant, connector)) == credentials
    assert not is_plain(sealed)


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_a_text_opens_at_its_own_place_only(first: tuple[str, str], second: tuple[str, str]) -> None:
    """A text that was moved to another tenant or connector does not open, however their ids are cut."""
    sealed = vault(NOW).seal(CREDENTIALS, Place(*first))
    if first == second:
        return
    with pytest.raises(CredentialsUnreadable, match="sealed for another connector"):
        vault(NOW).open(sealed, Place(*second))


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_changed_byte_does_not_open(place: int, change: int) -> None:
    """A text with one character changed is refused by a CredentialsUnreadable, never opened as something else."""
    sealed = vault(NOW).seal(CREDENTIALS, HERE)
    at = place % len(sealed)
    other = sealed[:at] + chr((ord(sealed[at]) + change) % 128) + sealed[at + 1 :]
    if other == sealed:
        return
    try:
        opened = vault(NOW).open(other, HERE)
    except CredentialsUnreadable:
        return
    assert opened == CREDENTIALS  # base64 ignores the last bits and characters that are not its own


def test_no_two_texts_are_alike() -> None:
    """The same credentials are sealed with a new nonce each time."""
    assert len({vault(NOW).seal(CREDENTIALS, HERE) for _ in range(50)}) == 50


def test_an_old_key_still_opens() -> None:
    """After a new key is set, what the old one sealed opens as long as that is listed, and is not current."""
    sealed = vault(OLD).seal(CREDENTIALS, HERE)
    assert vault(NOW, OLD).open(sealed, HERE) == CREDENTIALS
    assert not vault(NOW, OLD).is_current(sealed)
    assert vault(OLD).is_current(sealed)
    with pytest.raises(CredentialsUnreadable, match="neither in CONNECTOR_ENCRYPTION_KEY nor in"):
        vault(NOW).open(sealed, HERE)


@pytest.mark.parametrize("keys", [(NOW,), (OLD, NOW)])
def test_the_web_applications_form_opens(keys: tuple[str, ...]) -> None:
    """`iv:tag:ciphertext` opens with any of the keys, at any place."""
    assert vault(*keys).open(web_form(CREDENTIALS), HERE) == CREDENTIALS
    assert vault(*keys).open(web_form(CREDENTIALS), Place("t2", "c2")) == CREDENTIALS


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (web_form(CREDENTIALS, OLD), "open with no key"),
        pytest.param(web_form([SECRET]), "no JSON object", id="a list"),
        (web_form(CREDENTIALS, iv_bytes=12), "no form that this program knows"),
        ("a:b", "no form that this program knows"),
        ("", "no form that this program knows"),
        ("é:é:é", "no form that this program knows"),
        ("v1.x", "no form that this program knows"),
        ("v1.00000000.AAAA", "encrypted with key 00000000"),
        ("v2.00000000.AAAA", "no form that this program knows"),
        (f'{{"refreshToken": "{SECRET}"}}', "stored unencrypted"),
    ],
)
def test_what_does_not_open_says_what_to_do(stored: str, says: str) -> None:
    """Each text that does not open is refused with a command to type, and without what it holds."""
    with pytest.raises(CredentialsUnreadable, match=says) as caught:
        vault(NOW).open(stored, HERE)
    assert "connector c1" in f"{caught.value}"
    assert "python -m jobs connectors" in f"{caught.value}"
    assert SECRET not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_without_a_key() -> None:
    """Without a key nothing is sealed or opened, and the error names the variable."""
    locked = Vault.read({"CONNECTOR_ENCRYPTION_KEY": " "})
    assert not locked.can_seal
    with pytest.raises(SettingError, match=r"set CONNECTOR_ENCRYPTION_KEY .*connectors key"):
        locked.seal(CREDENTIALS, HERE)
    with pytest.raises(CredentialsUnreadable, match="CONNECTOR_ENCRYPTION_KEY is not set"):
        locked.open(vault(NOW).seal(CREDENTIALS, HERE), HERE)


@pytest.mark.parametrize("text", ["x" * 64, "0" * 63, "0" * 65, "\u0661" * 64, "0" * 32])
def test_a_bad_key_is_refused(text: str) -> None:
    """A key of another form is refused by the name of its variable, and not quoted."""
    for env in (
        {"CONNECTOR_ENCRYPTION_KEY": text},
        {"CONNECTOR_ENCRYPTION_KEY": NOW, "CONNECTOR_ENCRYPTION_KEY_OLD": f"{OLD}, {text}"},
    ):
        with pytest.raises(SettingError, match="64 hexadecimal digits") as caught:
            read_keys(env)
        assert text not in f"{caught.value}"


def test_old_keys_need_a_new_one() -> None:
    """Old keys alone are refused: new credentials would have none."""
    with pytest.raises(SettingError, match="CONNECTOR_ENCRYPTION_KEY is not"):
        read_keys({"CONNECTOR_ENCRYPTION_KEY_OLD": OLD})


def test_nothing_shows_a_key() -> None:
    """The reprs of keys and vaults hold ids only, and a new key is a good one that was never there."""
    key, other = new_key(), new_key()
    shown = f"{vault(key)!r} {read_keys({'CONNECTOR_ENCRYPTION_KEY': key})!r}"
    assert key != other
    assert key not in shown
    assert read_keys({"CONNECTOR_ENCRYPTION_KEY": key})[0].id in shown
