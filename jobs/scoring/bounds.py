"""Numbers kept within the bounds that a type states for them, wherever they lie in decoded JSON."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from msgspec import Struct, field, inspect

Json = Any


class Kept(Struct):
    """JSON whose numbers are within their bounds.

    `outside` says of each number that was not where it is and which bound it was moved to; `unknown` holds the paths of
    fields that the type has not, which are left out.
    """

    value: Json = None
    outside: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def keep_within(json: Json, form: type) -> Kept:
    """The JSON with each number moved into its bounds.

    What is of a wrong type stays: reading the JSON as `form` is what refuses it.
    """
    kept = Kept()
    kept.value = _keep(json, _kind_of(form), "", kept)
    return kept


@cache
def _kind_of(form: type) -> inspect.Type:
    return inspect.type_info(form)


def _keep(json: Json, kind: inspect.Type, path: str, kept: Kept) -> Json:
    match kind:
        case inspect.StructType() if isinstance(json, dict):
            return _keep_fields(cast("dict[str, Json]", json), kind, path, kept)
        case inspect.DictType() if isinstance(json, dict):
            fields = cast("dict[str, Json]", json)
            return {name: _keep(value, kind.value_type, f"{path}.{name}", kept) for name, value in fields.items()}
        case inspect.FloatType() | inspect.IntType() if isinstance(json, int | float) and not isinstance(json, bool):
            return _keep_number(json, kind, path, kept)
        case _:
            return json


def _keep_fields(json: dict[str, Json], kind: inspect.StructType, path: str, kept: Kept) -> dict[str, Json]:
    kinds = {field.encode_name: field.type for field in kind.fields}
    fields: dict[str, Json] = {}
    for name, value in json.items():
        place = f"{path}.{name}" if path else name
        if name in kinds:
            fields[name] = _keep(value, kinds[name], place, kept)
        else:
            kept.unknown.append(place)
    return fields


def _keep_number(number: float, kind: inspect.FloatType | inspect.IntType, path: str, kept: Kept) -> float:
    if kind.ge is not None and number < kind.ge:
        kept.outside.append(f"{path} {number} is below {kind.ge}")
        return kind.ge
    if kind.le is not None and number > kind.le:
        kept.outside.append(f"{path} {number} is above {kind.le}")
        return kind.le
    return number
