"""What a rule asks of its context: comparisons joined by and, or, not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from msgspec import UNSET, Struct, UnsetType

from jobs.scoring.patterns import compile_safe, found

Logic = Literal["and", "or", "not"]
Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "contains", "startsWith", "endsWith", "matches"]
_DEEPEST = 20


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """Either a comparison {field, operator, value} or a group {logic, conditions}; `field` is a path with dots."""

    field: str | None = None
    operator: Operator | None = None
    value: Any | UnsetType = UNSET
    logic: Logic | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if self.logic is None:
            self._check_comparison()
        else:
            self._check_group(self.logic)

    def _check_comparison(self) -> None:
        if self.field is None or self.operator is None or self.value is UNSET or self.conditions:
            raise ValueError("a condition is {field, operator, value} or {logic, conditions}")
        if self.operator in ("in", "nin") and not isinstance(self.value, list):
            raise ValueError(f"{self.field} {self.operator} needs a list")
        if self.operator in _ON_NUMBERS and _number(self.value) is None:
            raise ValueError(f"{self.field} {self.operator} needs a number")
        if self.operator in _ON_TEXTS and not isinstance(self.value, str):
            raise ValueError(f"{self.field} {self.operator} needs a text")
        if self.operator == "matches":
            compile_safe(cast("str", self.value))

    def _check_group(self, logic: Logic) -> None:
        if self.field is not None or self.operator is not None or self.value is not UNSET:
            raise ValueError("a condition is {field, operator, value} or {logic, conditions}")
        if not self.conditions or (logic == "not" and len(self.conditions) != 1):
            raise ValueError(f"{logic} takes {'exactly one condition' if logic == 'not' else 'conditions'}")
        if _depth(self) > _DEEPEST:
            raise ValueError(f"conditions may be nested {_DEEPEST} deep")


def holds(condition: Condition, context: Mapping[str, Any]) -> bool:
    """Whether the condition is true of the context; a field that is missing is null."""
    match condition.logic:
        case "and":
            return all(holds(part, context) for part in condition.conditions)
        case "or":
            return any(holds(part, context) for part in condition.conditions)
        case "not":
            return not holds(condition.conditions[0], context)
        case None:
            return _compare(condition, context)


def _compare(condition: Condition, context: Mapping[str, Any]) -> bool:
    wanted: Any = condition.value
    actual = _look_up(context, condition.field or "")
    match condition.operator:
        case "eq":
            return _equal(actual, wanted)
        case "neq":
            return not _equal(actual, wanted)
        case "in":
            return any(_equal(actual, one) for one in wanted)
        case "nin":
            return not any(_equal(actual, one) for one in wanted)
        case "gt" | "gte" | "lt" | "lte" as operator:
            number = _number(actual)
            return number is not None and _ON_NUMBERS[operator](number, wanted)
        case "contains" | "startsWith" | "endsWith" | "matches" as operator:
            return isinstance(actual, str) and _ON_TEXTS[operator](actual, wanted)
        case None:
            raise AssertionError("a comparison has an operator")


_ON_NUMBERS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda actual, wanted: actual > wanted,
    "gte": lambda actual, wanted: actual >= wanted,
    "lt": lambda actual, wanted: actual < wanted,
    "lte": lambda actual, wanted: actual <= wanted,
}
_ON_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda actual, wanted: wanted.casefold() in actual.casefold(),
    "startsWith": lambda actual, wanted: actual.casefold().startswith(wanted.casefold()),
    "endsWith": lambda actual, wanted: actual.casefold().endswith(wanted.casefold()),
    "matches": lambda actual, wanted: found(wanted, actual),
}


def _look_up(context: Mapping[str, Any], path: str) -> Any:
    value: Any = context
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def _equal(actual: Any, wanted: Any) -> bool:
    """JSON's equality: 1 is 1.0, but true is not 1; texts ignore case."""
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold() == wanted.casefold()
    return isinstance(actual, bool) == isinstance(wanted, bool) and actual == wanted


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _depth(condition: Condition) -> int:
    return 1 + max((_depth(part) for part in condition.conditions), default=0)
