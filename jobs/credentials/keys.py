"""The keys that credentials are encrypted with: today's, and older ones that are still read."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct

from engine import SettingError

KEY_VARIABLE = "CONNECTOR_ENCRYPTION_KEY"
OLD_KEYS_VARIABLE = "CONNECTOR_ENCRYPTION_KEY_OLD"
KEY_COMMAND = "python -m jobs connectors key"
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class Key(Struct, frozen=True):
    """32 bytes for AES-256; its repr shows its id only."""

    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @property
    def id(self) -> str:
        """Eight digits that name the key beside what it encrypted, and tell nothing of it."""
        return sha256(b"connector key:" + self.secret).hexdigest()[:8]


def new_key() -> str:
    """A random key in the form that the environment takes."""
    return secrets.token_hex(32)


def read_keys(env: Mapping[str, str]) -> list[Key]:
    """Today's key, then the older ones; none if the environment names none. SettingError never quotes one."""
    today = env.get(KEY_VARIABLE, "").strip()
    older = [text.strip() for text in env.get(OLD_KEYS_VARIABLE, "").split(",") if text.strip()]
    if older and not today:
        raise SettingError(f"{OLD_KEYS_VARIABLE} is set, but {KEY_VARIABLE} is not: set the key that is used from now")
    named = [(KEY_VARIABLE, today)] if today else []
    return [_key(name, text) for name, text in [*named, *((OLD_KEYS_VARIABLE, text) for text in older)]]


def _key(name: str, text: str) -> Key:
    if not _HEX.fullmatch(text):
        many = " each, with commas between" if name == OLD_KEYS_VARIABLE else ""
        raise SettingError(
            f"{name} is not 64 hexadecimal digits{many} (one has {len(text)} characters): give it the key that the "
            f"credentials were encrypted with, or a new one of `{KEY_COMMAND}`"
        )
    return Key(bytes.fromhex(text))
