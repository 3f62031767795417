"""Overrides: changes of single parameters that hold for some tenants, sources or themes, merged over a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast, get_args

from msgspec import Struct, structs

from jobs.scoring.bounds import keep_within
from jobs.scoring.parameters import ParameterError, Parameters, read_parameters, snapshot

Scope = Literal["GLOBAL", "TENANT", "BRANCH", "SOURCE", "THEME"]
"""For whom: everybody, an organisation, one branch, the reviews of one source, one theme. What comes later wins."""
_ELSEWHERE = frozenset({"economic", "sentiment.star_sentiment_map"})
"""Parameters that others read; what they say is none of the worker's business."""
_RANK: dict[str, int] = {scope: rank for rank, scope in enumerate(get_args(Scope))}


class Override(Struct, frozen=True, kw_only=True):
    """Some parameters, changed; `target` is the source type or the theme that it is for, None in the wide scopes."""

    id: str
    scope: Scope
    priority: int = 0
    target: str | None = None
    changes: dict[str, Any]

    @property
    def narrow(self) -> bool:
        """Whether it is for one source or one theme."""
        return self.scope in ("SOURCE", "THEME")


def in_order(overrides: Iterable[Override]) -> list[Override]:
    """The overrides as they are applied: a later one wins."""
    return sorted(overrides, key=lambda one: (_RANK[one.scope], one.priority, one.id))


def bounded(override: Override) -> tuple[Override, list[str]]:
    """The override with its numbers within their bounds and without what no parameter is called; what was changed."""
    kept = keep_within(override.changes, Parameters)
    told = [f"override {override.id!r}: {what}, which is used" for what in kept.outside]
    told += [
        f"override {override.id!r}: there is no parameter {path}: it is ignored"
        for path in kept.unknown
        if path not in _ELSEWHERE
    ]
    return structs.replace(override, changes=kept.value), told


def apply(parameters: Parameters, overrides: Sequence[Override]) -> Parameters:
    """The parameters with these changes, the last of them winning. Raises ParameterError naming the wrong value."""
    if not overrides:
        return parameters
    json = snapshot(parameters)
    for override in overrides:
        json = merge(json, override.changes)
    try:
        return read_parameters(json)
    except ParameterError as error:
        names = ", ".join(repr(one.id) for one in overrides)
        raise ParameterError(f"overrides {names} make parameters that cannot be used: {error}") from None


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both as one: where both hold an object its fields are merged, elsewhere `above` wins."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = merge(cast("dict[str, Any]", old), cast("dict[str, Any]", value))
        else:
            merged[name] = value
    return merged
