"""The parameters of one run, pinned: what they were made from, and what they are for each source and theme."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import product
from typing import Any

import msgspec
from msgspec import Struct

from jobs.scoring.overrides import Override, apply, bounded, in_order
from jobs.scoring.parameters import ParameterError, Parameters


class Context(Struct, frozen=True, rename="camel"):
    """For whom parameters were resolved."""

    organisation_id: str
    tenant_id: str


class Snapshot(Struct, frozen=True, kw_only=True, rename="camel"):
    """The parameters of a run as its row keeps them.

    `parameters` hold where no override of a source or a theme says otherwise; `narrow` are those overrides, in the
    order in which they apply. Two snapshots with one id score alike, whatever versions and overrides they came from.
    """

    snapshot_id: str
    base_version_id: str | None
    applied_override_ids: tuple[str, ...]
    parameters: Parameters
    context: Context
    narrow: tuple[Override, ...] = ()


class Variants:
    """The parameters that hold for each source and theme. Raises ParameterError if any of them cannot be used."""

    def __init__(self, parameters: Parameters, narrow: Iterable[Override] = ()) -> None:
        narrow = tuple(narrow)
        self._sources = frozenset(one.target for one in narrow if one.scope == "SOURCE")
        self._themes = frozenset(one.target for one in narrow if one.scope == "THEME")
        self._made = {
            (source, theme): apply(
                parameters, [one for one in narrow if one.target == (source if one.scope == "SOURCE" else theme)]
            )
            for source, theme in product((None, *self._sources), (None, *self._themes))
        }

    def at(self, source_type: str | None = None, theme_id: str | None = None) -> Parameters:
        """The parameters for a source and a theme; the same object wherever the same ones hold."""
        source = source_type if source_type in self._sources else None
        return self._made[source, theme_id if theme_id in self._themes else None]


def take_snapshot(
    base_version_id: str | None, base: Parameters, overrides: Iterable[Override], context: Context
) -> tuple[Snapshot, list[str]]:
    """The version with its overrides, every one of them within bounds; and what had to be changed for that.

    Raises ParameterError if they make parameters that cannot be used.
    """
    warnings: list[str] = []
    applied: list[Override] = []
    for override in in_order(overrides):
        fit, told = bounded(override)
        applied.append(fit)
        warnings += told
    parameters = apply(base, [one for one in applied if not one.narrow])
    narrow = tuple(one for one in applied if one.narrow)
    _ = Variants(parameters, narrow)
    snapshot = Snapshot(
        snapshot_id=_id_of(parameters, narrow),
        base_version_id=base_version_id,
        applied_override_ids=tuple(one.id for one in applied),
        parameters=parameters,
        context=context,
        narrow=narrow,
    )
    return snapshot, warnings


def read_snapshot(json: Any) -> Snapshot:
    """The snapshot that a run's row holds. Raises ParameterError if this program cannot use it any more."""
    try:
        return msgspec.convert(json, Snapshot)
    except msgspec.ValidationError as error:
        raise ParameterError(f"{error}") from None


def write_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as plain JSON; `read_snapshot` of it gives the same."""
    json: dict[str, Any] = msgspec.to_builtins(snapshot)
    return json


def _id_of(parameters: Parameters, narrow: tuple[Override, ...]) -> str:
    what_counts = [parameters, [(one.scope, one.target, one.changes) for one in narrow]]
    return hashlib.sha256(msgspec.json.encode(what_counts, order="sorted")).hexdigest()[:32]
