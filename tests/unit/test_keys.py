"""Keys: one place spells them, in one Cluster slot, and names that could break out are refused."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingError
from engine.streams import Keys, Registry

NAMES = st.text("abcXYZ019_.-", min_size=1, max_size=100).filter(lambda name: name != "bucket")
KEYS = Keys("pickd", "slot", "q")


def hash_tag(key: str) -> str:
    """What Redis Cluster hashes of a key."""
    found = re.search(r"\{([^}]+)\}", key)
    assert found, f"{key} has no hash tag"
    return found[1]


@given(NAMES, NAMES, NAMES)
def test_all_keys_of_a_queue_share_one_cluster_slot(prefix: str, slot: str, queue: str) -> None:
    """The hash tag of each key is the queue's slot, whatever the names; they begin with the prefix."""
    keys = Keys(prefix, slot, queue)
    spelled = [value for value in vars(keys).values() if isinstance(value, str) and value.startswith(keys.base)]
    assert len(spelled) == 25
    for key in (*spelled, keys.op("x"), keys.job + "any:{id}"):
        assert hash_tag(key) == slot
        assert key.startswith(f"{prefix}:{{{slot}}}:{queue}:")


@given(NAMES, NAMES)
def test_keys_of_different_queues_never_meet(first: str, second: str) -> None:
    """Two queues of a slot share no key, nor does one's prefix reach into the other."""
    if first != second:
        assert not Keys("p", "s", first).base.startswith(Keys("p", "s", second).base)


@pytest.mark.parametrize("name", ["", "a:b", "{x}", "a b", "a*", "é", "x" * 101, "bucket", "a\n", "a/b", "\x00"])
@pytest.mark.parametrize("what", ["prefix", "slot", "queue"])
def test_a_name_that_could_break_a_key_is_refused(what: str, name: str) -> None:
    """Empty, too long, or with any other character: the error says which name and what may be in it."""
    names = {"prefix": "p", "slot": "s", "queue": "q", what: name}
    with pytest.raises(SettingError, match=f"^{what} .*: use letters, digits, '_', '-' and '.'"):
        Keys(**names)


def test_a_script_gets_the_keys_that_its_header_names() -> None:
    """In the header's order, spelled once."""
    assert KEYS.of(("control", "job")) == (KEYS.control, KEYS.job)
    assert KEYS.of(("control", "job")) is KEYS.of(("control", "job"))
    with pytest.raises(AttributeError):
        KEYS.of(("nothing",))


def test_the_registry_is_outside_the_queues_slots() -> None:
    """Workers and queues are listed under the prefix, by keys that no queue can have."""
    registry = Registry("pickd")
    assert (registry.workers, registry.queues) == ("pickd:workers", "pickd:queues")
    assert registry.worker("w~1") == "pickd:worker:w~1"
    with pytest.raises(SettingError, match=r"^prefix "):
        Registry("a:b")


def test_nothing_else_spells_a_key() -> None:
    """No other file of the engine holds the text of a key's kind behind a colon."""
    kinds = "again|ready|suspect|delayed|active|control|events|completed|failed|cancelled|trail|tenant|job|bad"
    kinds += "|trash|groups|group|operations|operation|frozen"
    for path in files("engine").iterdir():
        if path.name.endswith(".py"):
            assert not re.search(rf"[\"':}}](?:{kinds}):", path.read_text()), path.name
