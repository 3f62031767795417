"""The versions to score with: parameters, their overrides, and rules, as the tables hold them.

A version is asked for by its id, whatever its status, so that a draft can be tried and an archived one gone back to;
without an id it is the ACTIVE one; without that the built-in one.
"""

from __future__ import annotations

from typing import Literal

import asyncpg
import msgspec

from engine import UnrecoverableError
from jobs.database import Connection
from jobs.scoring.default_rules import default_rules
from jobs.scoring.overrides import Override
from jobs.scoring.parameters import ParameterError, Parameters, read_parameters
from jobs.scoring.rules import RuleError, RuleSet, read_rules
from jobs.scoring.snapshot import Context, Snapshot, take_snapshot

VersionKind = Literal["parameter", "rule set"]

_VERSIONS: dict[str, str] = {
    "parameter": "SELECT id, parameters AS content FROM parameter_versions WHERE ",
    "rule set": "SELECT id, rules AS content FROM rule_set_versions WHERE ",
}
_FIELDS: dict[str, str] = {"parameter": "parameterVersionId", "rule set": "ruleSetVersionId"}
_BY_ID, _ACTIVE = "id = $1", "status = 'ACTIVE'"
_OVERRIDES = """
    SELECT id, scope, priority, coalesce(source_type, theme_id) AS target, parameters AS changes
    FROM parameter_overrides
    WHERE is_active AND (organisation_id IS NULL OR organisation_id = $1) AND (tenant_id IS NULL OR tenant_id = $2)
"""


async def find_snapshot(connection: Connection, wanted: str | None, context: Context) -> tuple[Snapshot, list[str]]:
    """The parameters to score with, overrides merged in; and what had to be changed in these to keep the bounds.

    Raises UnrecoverableError if the version is unknown, or if it or an override holds what cannot be used.
    """
    version_id, parameters = await _find_parameters(connection, wanted)
    try:
        rows = await connection.fetch(_OVERRIDES, context.organisation_id, context.tenant_id)
        overrides = [msgspec.convert(dict(row), Override) for row in rows]
        return take_snapshot(version_id, parameters, overrides, context)
    except (ParameterError, msgspec.DecodeError) as error:
        raise UnrecoverableError(f"{error}: correct the table parameter_overrides") from None


async def find_rules(connection: Connection, wanted: str | None) -> tuple[str | None, RuleSet]:
    """The version to score with and its id, None for the built-in one. Raises UnrecoverableError."""
    row = await _find_version(connection, "rule set", wanted)
    if row is None:
        return None, default_rules()
    try:
        return row["id"], read_rules(row["content"])
    except RuleError as error:
        raise _unusable("rule set", row["id"], error) from None


async def _find_parameters(connection: Connection, wanted: str | None) -> tuple[str | None, Parameters]:
    row = await _find_version(connection, "parameter", wanted)
    if row is None:
        return None, Parameters()
    try:
        return row["id"], read_parameters(row["content"])
    except ParameterError as error:
        raise _unusable("parameter", row["id"], error) from None


async def _find_version(connection: Connection, kind: VersionKind, wanted: str | None) -> asyncpg.Record | None:
    try:
        if wanted is None:
            return await connection.fetchrow(_VERSIONS[kind] + _ACTIVE)
        row = await connection.fetchrow(_VERSIONS[kind] + _BY_ID, wanted)
    except msgspec.DecodeError as error:  # PostgreSQL takes numbers that no float holds
        raise _unusable(kind, wanted or "that is ACTIVE", error) from None
    if row is None:
        raise UnrecoverableError(f"{kind} version {wanted!r} is unknown: check {_FIELDS[kind]}")
    return row


def _unusable(kind: VersionKind, version_id: str, error: Exception) -> UnrecoverableError:
    return UnrecoverableError(f"{kind} version {version_id!r} cannot be used: {error}: correct it, or choose another")
