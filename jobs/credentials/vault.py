"""Credentials to a text that only the key opens, and back: AES-256-GCM.

Two forms are read. This program writes `v1.KEYID.BASE64` (96-bit random nonce, ciphertext, tag), with the tenant and
the connector as associated data, so that a text that was moved to another row does not open. The web application
writes `iv:tag:ciphertext`, each part in base64, without associated data.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from engine import SettingError
from jobs.credentials.keys import KEY_COMMAND, KEY_VARIABLE, OLD_KEYS_VARIABLE, Key, read_keys

_VERSION = "v1"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_WEB_IV_BYTES = 16


class CredentialsUnreadable(SettingError):
    """A connector's stored credentials cannot be opened here; the text says why and what to do, and holds none."""


class Place(Struct, frozen=True):
    """The row that credentials belong to."""

    tenant_id: str
    connector_id: str

    @property
    def what(self) -> str:
        """How an error's text begins."""
        return f"the credentials of connector {self.connector_id}"

    @property
    def give_anew(self) -> str:
        """What always helps."""
        return f"give them anew by `python -m jobs connectors edit {self.connector_id} --credentials-file FILE`"


class Vault:
    """Seals credentials with today's key, and opens what any of the keys has sealed."""

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self._keys = tuple(keys)

    def __repr__(self) -> str:
        return f"Vault({', '.join(key.id for key in self._keys)})"

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Vault:
        """The vault of the environment's keys; SettingError for a bad one."""
        return cls(read_keys(env))

    @property
    def can_seal(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def seal(self, credentials: dict[str, Any], place: Place) -> str:
        """The credentials as a text for this place. Raises SettingError without a key."""
        if not self._keys:
            raise SettingError(
                f"credentials are stored encrypted only: set {KEY_VARIABLE} (`{KEY_COMMAND}` prints a new key)"
            )
        key, nonce = self._keys[0], secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(key.secret).encrypt(nonce, msgspec.json.encode(credentials), _bound_to(place))
        return f"{_VERSION}.{key.id}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, stored: str, place: Place) -> dict[str, Any]:
        """The credentials that were sealed for this place. Raises CredentialsUnreadable."""
        if is_plain(stored):
            raise CredentialsUnreadable(
                f"{place.what} are stored unencrypted: set {KEY_VARIABLE} and run `python -m jobs connectors rekey`"
            )
        if not self._keys:
            raise CredentialsUnreadable(
                f"{place.what} are encrypted, and {KEY_VARIABLE} is not set: give it the key that encrypted them"
            )
        plain = self._own_form(stored, place) if stored.startswith(f"{_VERSION}.") else self._web_form(stored, place)
        try:
            return msgspec.json.decode(plain, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            # The decoder's words may quote what it read.
            raise CredentialsUnreadable(f"{place.what} are no JSON object: {place.give_anew}") from None

    def is_current(self, stored: str) -> bool:
        """Whether the text is what `seal` writes today."""
        return self.can_seal and stored.startswith(f"{_VERSION}.{self._keys[0].id}.")

    def _own_form(self, stored: str, place: Place) -> bytes:
        _, key_id, text = _three_parts(stored, ".", place)
        key = next((key for key in self._keys if key.id == key_id), None)
        if key is None:
            raise CredentialsUnreadable(
                f"{place.what} were encrypted with key {key_id[:8]}, which is neither in {KEY_VARIABLE} nor in "
                f"{OLD_KEYS_VARIABLE}: add it there, or {place.give_anew}"
            )
        try:
            data = b64decode(text, altchars=b"-_", validate=True)
            return AESGCM(key.secret).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound_to(place))
        except (ValueError, InvalidTag):
            raise CredentialsUnreadable(
                f"{place.what} do not open: they were damaged, or sealed for another connector; {place.give_anew}"
            ) from None

    def _web_form(self, stored: str, place: Place) -> bytes:
        try:
            iv, tag, text = (b64decode(part, validate=True) for part in _three_parts(stored, ":", place))
        except ValueError:
            raise _unknown_form(place) from None
        if (len(iv), len(tag)) != (_WEB_IV_BYTES, _TAG_BYTES):
            raise _unknown_form(place)
        for key in self._keys:
            try:
                return AESGCM(key.secret).decrypt(iv, text + tag, None)
            except InvalidTag:
                continue
        raise CredentialsUnreadable(
            f"{place.what} open with no key of {KEY_VARIABLE} and {OLD_KEYS_VARIABLE}: use the web application's key, "
            f"or {place.give_anew}"
        )


def is_plain(stored: str) -> bool:
    """Whether the text was never encrypted: JSON, as rows of before the first key have it."""
    return stored.lstrip().startswith("{")


def _bound_to(place: Place) -> bytes:
    return msgspec.json.encode([_VERSION, place.tenant_id, place.connector_id])


def _three_parts(stored: str, separator: str, place: Place) -> list[str]:
    parts = stored.split(separator)
    if len(parts) != 3:
        raise _unknown_form(place)
    return parts


def _unknown_form(place: Place) -> CredentialsUnreadable:
    return CredentialsUnreadable(f"{place.what} are of no form that this program knows: {place.give_anew}")
