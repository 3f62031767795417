"""What an operator gives a connector: settings in words or a file, credentials in a file only."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from engine import SettingError
from jobs.commands.connectors.secrecy import secret_names

MOST_BYTES = 64 * 1024
CREDENTIALS = ("accessToken", "refreshToken", "clientId", "clientSecret", "expiresAt", "apiKey")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The parser takes settings and credentials."""
    parser.add_argument(
        "--setting", action="append", default=[], metavar="KEY=VALUE", help="a setting; VALUE is JSON, else a text"
    )
    parser.add_argument("--settings-file", metavar="FILE", help="all settings, a JSON object; '-' is standard input")
    parser.add_argument(
        "--credentials-file",
        metavar="FILE",
        help=f"credentials, a JSON object with {', '.join(CREDENTIALS)}; '-' is standard input",
    )


def read_settings(options: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """The settings: those of the file, else `before`, with each `--setting` over them."""
    if options.settings_file == "-" == options.credentials_file:
        raise SettingError("--settings-file and --credentials-file cannot both be '-': give one of them as a file")
    settings = _read_object(options.settings_file, "--settings-file") if options.settings_file else dict(before)
    for given in options.setting:
        key, equals, text = given.partition("=")
        if not key or not equals:
            raise SettingError("--setting is written KEY=VALUE, as in --setting timezone=Africa/Johannesburg")
        settings[key] = _value(text)
    for key in secret_names(settings):
        raise SettingError(
            f"setting {key!r} sounds like a secret, and settings are not encrypted: give it by --credentials-file"
        )
    return settings


def read_credentials(options: argparse.Namespace) -> dict[str, Any] | None:
    """The credentials of the file; None if none was given. No error quotes what it holds."""
    if options.credentials_file is None:
        return None
    credentials = _read_object(options.credentials_file, "--credentials-file")
    if not set(credentials) <= set(CREDENTIALS):
        raise SettingError(f"--credentials-file may hold {', '.join(CREDENTIALS)}, and holds other names")
    return credentials


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text


def _read_object(name: str, option: str) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else _read_file(name)
    except OSError as error:
        raise SettingError(f"{option} {name}: cannot be read ({error.strerror})") from None
    if len(data) > MOST_BYTES:
        raise SettingError(f"{option} {name}: holds more than {MOST_BYTES:,} bytes")
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SettingError(f'{option} {name}: is no JSON object, as {{"name": "value"}} is') from None


def _read_file(name: str) -> bytes:
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES + 1)
