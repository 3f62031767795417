"""Connectors' credentials at rest: encrypted with the operator's key, bound to their row, never shown."""

from jobs.credentials.keys import KEY_VARIABLE, OLD_KEYS_VARIABLE, Key, new_key, read_keys
from jobs.credentials.rekey import Rekeyed, count_plain, rekey
from jobs.credentials.vault import CredentialsUnreadable, Place, Vault, is_plain

__all__ = [
    "KEY_VARIABLE",
    "OLD_KEYS_VARIABLE",
    "CredentialsUnreadable",
    "Key",
    "Place",
    "Rekeyed",
    "Vault",
    "count_plain",
    "is_plain",
    "new_key",
    "read_keys",
    "rekey",
]
