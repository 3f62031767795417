"""Overrides: which one wins, what stays within bounds, what is refused."""

from __future__ import annotations

from itertools import permutations
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.overrides import Override, Scope, apply, bounded, in_order, merge
from jobs.scoring.parameters import ParameterError, Parameters, read_parameters, snapshot
from jobs.scoring.snapshot import Context, Snapshot, Variants, read_snapshot, take_snapshot, write_snapshot

CONTEXT = Context("o1", "t1")
TARGETS = {"SOURCE": "GOOGLE", "THEME": "theme-service"}
json = st.recursive(
    st.integers(-5, 5) | st.booleans(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
objects = st.dictionaries(st.sampled_from("abc"), json, max_size=3)


def half_life(days: float, scope: Scope = "GLOBAL", priority: int = 0, name: str = "") -> Override:
    changes = {"time": {"review_half_life_days": days}}
    name = name or f"{scope.lower()}-{days}"
    return Override(id=name, scope=scope, priority=priority, target=TARGETS.get(scope), changes=changes)


def taken(*overrides: Override, base: Parameters | None = None) -> Snapshot:
    return take_snapshot("p1", base or Parameters(), overrides, CONTEXT)[0]


def test_later_scopes_win() -> None:
    """Global, organisation, branch, source, theme: the last that says something decides, in whatever order given."""
    scopes: tuple[Scope, ...] = get_args(Scope)
    overrides = [half_life(10 + rank, scope) for rank, scope in enumerate(scopes)]
    for some in permutations(overrides, 3):
        best = max(some, key=lambda one: one.changes["time"]["review_half_life_days"])
        variants = Variants(*_parts(taken(*some)))
        found = variants.at("GOOGLE", "theme-service").time.review_half_life_days
        assert found == best.changes["time"]["review_half_life_days"]
    variants = Variants(*_parts(taken(*overrides)))
    assert [
        variants.at(*at).time.review_half_life_days
        for at in ((None, None), ("YELP", "x"), ("GOOGLE", "x"), (None, "theme-service"), ("GOOGLE", "theme-service"))
    ] == [12, 12, 13, 14, 14]


def test_higher_priority_wins_inside_a_scope() -> None:
    """A wider scope's priority does not count against a narrower scope; equal ones go by their ids."""
    assert taken(half_life(1, priority=5), half_life(2, priority=4)).parameters.time.review_half_life_days == 1
    assert taken(half_life(1, priority=9), half_life(2, "BRANCH")).parameters.time.review_half_life_days == 2
    assert taken(half_life(1, name="a"), half_life(2, name="b")).parameters.time.review_half_life_days == 2


def test_a_source_and_a_theme_of_one_name_are_two_things() -> None:
    """An override of a theme does not touch the reviews of a source that happens to have its id."""
    theme = Override(id="x", scope="THEME", target="GOOGLE", changes={"themes": {"negativity_factor": 0}})
    source = half_life(9, "SOURCE")
    variants = Variants(*_parts(taken(theme, source)))
    assert variants.at("GOOGLE").themes.negativity_factor == 1.2
    assert variants.at(None, "GOOGLE").time.review_half_life_days == 60


def test_the_same_parameters_are_the_same_object() -> None:
    """Where no override is for a theme, it has the very parameters of its source."""
    variants = Variants(*_parts(taken(half_life(9, "SOURCE"))))
    assert variants.at("GOOGLE", "theme-food-quality") is variants.at("GOOGLE")
    assert variants.at("YELP", "theme-food-quality") is variants.at()


def test_numbers_are_kept_within_their_bounds() -> None:
    """A number outside is moved to the bound, and each move is told with the override and the parameter."""
    override = Override(
        id="o1",
        scope="GLOBAL",
        changes={
            "source": {"weights": {"google": 9, "yelp": 0.1, "new": 1.3}, "min_weight": 0},
            "fix_tracking": {"pre_window_days": 400},
            "tiem": {"review_half_life_days": 3},
            "economic": {"conversion": 2},
        },
    )
    snapshot, warnings = take_snapshot(None, Parameters(), [override], CONTEXT)
    source = snapshot.parameters.source
    assert (source.weights["google"], source.weights["yelp"], source.weights["new"]) == (1.4, 0.6, 1.3)
    assert source.weights["hellopeter"] == 1.15
    assert (source.min_weight, snapshot.parameters.fix_tracking.pre_window_days) == (0.1, 90)
    assert warnings == [
        "override 'o1': source.weights.google 9 is above 1.4, which is used",
        "override 'o1': source.weights.yelp 0.1 is below 0.6, which is used",
        "override 'o1': source.min_weight 0 is below 0.1, which is used",
        "override 'o1': fix_tracking.pre_window_days 400 is above 90, which is used",
        "override 'o1': there is no parameter tiem: it is ignored",
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sentiment": {"language_handling_mode": "guess"}}, "language_handling_mode"),
        ({"time": {"review_half_life_days": "30"}}, "review_half_life_days"),
        ({"time": {"review_half_life_days": None}}, "review_half_life_days"),
        ({"time": {"review_half_life_days": True}}, "review_half_life_days"),
        ({"fix_tracking": {"pre_window_days": 30.5}}, "pre_window_days"),
        ({"source": {"min_weight": 1, "max_weight": 1}}, "min_weight must be below max_weight"),
        ({"fix_tracking": {"confidence_thresholds": {"high": 3}}}, "must rise"),
        ({"time": 3}, "time"),
    ],
)
@pytest.mark.parametrize("scope", ["GLOBAL", "THEME"])
def test_other_wrong_values_are_refused(scope: Scope, changes: dict[str, Any], why: str) -> None:
    """A word, type or order that cannot be used names the override and the value, for narrow scopes too."""
    with pytest.raises(ParameterError, match=why) as caught:
        taken(Override(id="o1", scope=scope, target=TARGETS.get(scope), changes=changes))
    assert "'o1'" in str(caught.value)


def test_snapshot() -> None:
    """It says what it was made of, in order, reads back as it was, and its id is of what counts alone."""
    snapshot = taken(half_life(9, "THEME"), half_life(8, "BRANCH"), half_life(7))
    assert snapshot.applied_override_ids == ("global-7", "branch-8", "theme-9")
    assert (snapshot.base_version_id, snapshot.context) == ("p1", CONTEXT)
    assert read_snapshot(write_snapshot(snapshot)) == snapshot
    assert set(write_snapshot(snapshot)) == {
        "snapshotId", "baseVersionId", "appliedOverrideIds", "parameters", "context", "narrow"
    }  # fmt: skip
    base = read_parameters({"time": {"review_half_life_days": 8}})
    alike = taken(half_life(9, "THEME", name="other"), base=base)
    assert alike.snapshot_id == snapshot.snapshot_id
    assert taken(base=base).snapshot_id != snapshot.snapshot_id


def test_a_snapshot_that_cannot_be_used_any_more() -> None:
    """One that another program wrote is refused with the value named."""
    with pytest.raises(ParameterError, match="snapshotId"):
        read_snapshot({"parameters": {}})


@given(below=objects, above=objects)
def test_merging(below: dict[str, Any], above: dict[str, Any]) -> None:
    """What is above stands, and nothing else of what is below is lost."""
    assert merge(below, {}) == merge({}, below) == merge(below, below) == below
    merged = merge(below, above)
    assert merge(merged, above) == merged
    assert set(merged) == set(below) | set(above)
    assert all(merged[name] == value for name, value in below.items() if name not in above)


@given(
    half_life=st.floats(-1e6, 1e6) | st.integers(),
    weight=st.floats(-5, 5),
    cap=st.integers(-3, 3),
    window=st.integers(-1000, 1000),
)
def test_any_number_can_be_used(half_life: float, weight: float, cap: int, window: int) -> None:
    """Whatever number an override holds, the parameters that come of it are a valid set, twice the same."""
    changes: dict[str, Any] = {
        "time": {"review_half_life_days": half_life},
        "source": {"weights": {"google": weight}},
        "engagement": {"cap": cap},
        "fix_tracking": {"pre_window_days": window},
    }
    override, _ = bounded(Override(id="o", scope="GLOBAL", changes=changes))
    parameters = apply(Parameters(), [override])
    assert read_parameters(snapshot(parameters)) == parameters
    assert bounded(override) == (override, [])


@given(st.permutations([half_life(n, scope, n % 3, f"{n}") for n in range(1, 7) for scope in get_args(Scope)]))
def test_the_order_of_rows_does_not_count(overrides: list[Override]) -> None:
    """However the table gives its rows, they are applied in one order."""
    ranks = [(get_args(Scope).index(one.scope), one.priority, one.id) for one in in_order(overrides)]
    assert ranks == sorted(ranks)


def _parts(snapshot: Snapshot) -> tuple[Parameters, tuple[Override, ...]]:
    return snapshot.parameters, snapshot.narrow
