"""The book: every change with who made it, why, and how far it is."""

from __future__ import annotations

import pytest

from engine import AuditEntry, Matching, SettingError
from tests.contract.world import OTHER, QUEUE, World

pytestmark = pytest.mark.anyio


async def test_an_empty_book_has_no_pages(world: World) -> None:
    """Nothing was changed, and nothing follows."""
    page = await world.hands.audit()
    assert (page.entries, page.before) == ([], None)


async def test_an_operation_is_written_down_as_far_as_it_is(world: World) -> None:
    """Who, what, on which jobs, why, and what became of it, also after the entry was made."""
    world.failed("a")
    plan = await world.plan("retry", Matching("failed"))
    operation = await world.hands.apply(plan, 1, "api is back")
    [entry] = (await world.hands.audit()).entries
    assert (entry.queue, entry.verb, entry.actor, entry.reason) == (QUEUE, "retry", world.hands.actor, "api is back")
    assert entry.operation is not None
    assert (entry.operation.id, entry.operation.state, entry.operation.actor) == (
        operation.id,
        "running",
        world.hands.actor,
    )
    async for told in world.hands.carry_out(operation, per_s=1e6):
        operation = told
    [entry] = (await world.hands.audit()).entries
    assert entry.operation == operation


async def test_pauses_and_limits_are_written_down(world: World) -> None:
    """Newest first; a limit with what it was and is."""
    await world.hands.pause(QUEUE, "deploy")
    await world.hands.resume(QUEUE)
    await world.hands.set_limits(QUEUE, "slower", rate=5)
    entries = (await world.hands.audit()).entries
    assert [(entry.verb, entry.reason) for entry in entries] == [
        ("limit", "slower"),
        ("resume", ""),
        ("pause", "deploy"),
    ]
    assert entries[0].detail == "rate: none -> 5, burst: 1 -> 1"
    assert all(entry.operation is None for entry in entries)


async def test_who_has_looked_at_secrets_is_written_down(world: World) -> None:
    """With the job's id and the reason."""
    world.put("a", payload='{"apiToken":"abc"}')
    await world.hands.reveal(QUEUE, "a", "a customer asks")
    [entry] = (await world.hands.audit()).entries
    assert (entry.verb, entry.target, entry.reason) == ("reveal", "a", "a customer asks")


async def test_a_stop_is_written_down(world: World) -> None:
    """With the operation that it stopped."""
    world.failed("a")
    operation = await world.hands.apply(await world.plan("trash", Matching("failed")), 1)
    await world.hands.stop(operation)
    stop, trash = (await world.hands.audit()).entries
    assert (stop.verb, trash.verb) == ("stop", "trash")
    assert stop.operation == trash.operation
    assert trash.operation is not None
    assert trash.operation.state == "stopped"


async def test_pages_lead_through_the_whole_book(world: World) -> None:
    """Of all queues together or of one; every entry comes once."""
    for n in range(5):
        await world.hands.pause(QUEUE, f"{n}")
        await world.hands.pause(OTHER, f"{n}")
        await world.hands.resume(QUEUE)
        await world.hands.resume(OTHER)
    every = (await world.hands.audit(limit=250)).entries
    assert len(every) == 20
    found: list[AuditEntry] = []
    before: str | None = None
    while True:
        page = await world.hands.audit(before, limit=3)
        found += page.entries
        before = page.before
        if before is None:
            break
    assert found == every
    assert [entry.at_ms for entry in every] == sorted((entry.at_ms for entry in every), reverse=True)
    mine = (await world.hands.audit(queue=QUEUE, limit=250)).entries
    assert mine == [entry for entry in every if entry.queue == QUEUE]


async def test_a_page_that_ends_exactly_says_so(world: World) -> None:
    """Nothing is promised that is not there."""
    await world.hands.pause(QUEUE)
    await world.hands.resume(QUEUE)
    assert (await world.hands.audit(limit=2)).before is None
    assert (await world.hands.audit(limit=1)).before is not None


@pytest.mark.parametrize("limit", [0, -1, 251])
async def test_a_page_is_bounded(world: World, limit: int) -> None:
    """Nobody reads the whole book at once."""
    with pytest.raises(SettingError, match="limit must be between 1 and 250"):
        await world.hands.audit(limit=limit)


async def test_a_cursor_of_nobody_is_refused(world: World) -> None:
    """The error says what to give."""
    with pytest.raises(SettingError, match="before"):
        await world.hands.audit("yesterday")
