"""One job: its status, payload, attempts and log, without secrets unless they are revealed."""

from __future__ import annotations

import pytest

from engine import SettingError, State
from tests.contract.world import FRAME, QUEUE, World

pytestmark = pytest.mark.anyio

SECRETS = '{"tenantId":"t1","apiToken":"abc-123","login":{"password":"hunter2"},"size":12345678901234567890}'


async def test_a_job_that_is_not_there_is_none(world: World) -> None:
    """Neither shown nor revealed, and its log is empty; who asked for its secrets is written down all the same."""
    assert await world.hands.job(QUEUE, "a") is None
    assert await world.hands.reveal(QUEUE, "a") is None
    assert (await world.hands.log(QUEUE, "a")).entries == []
    assert [entry.verb for entry in (await world.hands.audit()).entries] == ["reveal"]


async def test_a_completed_job_has_its_result(world: World) -> None:
    """Payload and result as they are stored, with who ran it and when."""
    world.completed("a", payload='{"n": 1.50}', result='{"pages":12345678901234567890}', tenant="t1")
    detail = await world.detail("a")
    status = detail.status
    assert (status.id, status.name, status.queue, status.state) == ("a", "work", QUEUE, State.COMPLETED)
    assert (status.attempts_made, status.worker_id, status.tenant, status.failed_reason) == (1, "w1", "t1", None)
    assert (detail.payload, detail.result) == ('{"n": 1.50}', '{"pages":12345678901234567890}')
    assert (detail.bytes, detail.redacted, detail.group, detail.trashed_on) == (11, 0, None, None)
    assert status.processed_on is not None
    assert status.finished_on is not None
    assert status.timestamp <= status.processed_on <= status.finished_on
    assert detail.why


async def test_a_job_that_the_app_knows_has_its_policy(world: World) -> None:
    """Most attempts and timeout; None for a name that it does not know."""
    world.put("known", name="play")
    world.put("unknown")
    known, unknown = await world.detail("known"), await world.detail("unknown")
    assert (known.max_attempts, known.timeout_s) == (4, 60)
    assert (unknown.max_attempts, unknown.timeout_s) == (None, None)


async def test_a_failed_job_has_its_attempts_and_group(world: World) -> None:
    """Each attempt with its worker and error, the last one's error as the reason."""
    world.active("a")
    world.player.fail("a", "no such page", "KeyError")
    detail = await world.detail("a")
    assert detail.status.failed_reason == "KeyError: no such page"
    [attempt] = detail.status.attempts
    assert (attempt.worker, attempt.error) == ("w1", "KeyError: no such page")
    assert attempt.start <= attempt.end
    assert "fetch" in attempt.stack
    assert detail.group == (await world.hands.groups(QUEUE))[0].fingerprint
    assert "no such page" in detail.why


async def test_a_retried_job_says_when_it_is_due(world: World) -> None:
    """And what its last attempt came to."""
    world.active("a")
    world.player.retry("a", 3600, "503")
    detail = await world.detail("a")
    assert (detail.status.state, detail.status.attempts_made) == (State.DELAYED, 1)
    assert detail.status.due is not None
    assert 3_500_000 < detail.status.due - detail.status.timestamp < 3_700_000
    assert [attempt.error for attempt in detail.status.attempts] == ["ValueError: 503"]


async def test_secrets_are_taken_out(world: World) -> None:
    """Values of fields whose names promise a secret, wherever they lie; all else is as it was, digit for digit."""
    world.put("a", payload=SECRETS)
    detail = await world.detail("a")
    assert detail.redacted == 2
    for text in (detail.payload, str(detail.status.data)):
        assert "abc-123" not in text
        assert "hunter2" not in text
        assert "12345678901234567890" in text
        assert "t1" in text
    assert detail.bytes == len(SECRETS)


async def test_secrets_are_shown_to_who_asks_for_them(world: World) -> None:
    """The payload as it is stored; nothing is taken out."""
    world.put("a", payload=SECRETS)
    detail = await world.hands.reveal(QUEUE, "a", "why not")
    assert detail is not None
    assert (detail.payload, detail.redacted) == (SECRETS, 0)
    assert detail.status.data["login"] == {"password": "hunter2"}


async def test_a_payload_that_is_no_json_is_shown_as_text(world: World) -> None:
    """Another producer may write what it likes."""
    world.put("a", payload="{not json")
    assert (await world.detail("a")).payload == "{not json"


async def test_log_lines_come_in_order(world: World) -> None:
    """The newest ones, oldest first; from there on only what is new."""
    world.active("a")
    for n in range(5):
        world.log("a", f"line {n}")
    page = await world.hands.log(QUEUE, "a", limit=3)
    assert [entry.text for entry in page.entries] == ["line 2", "line 3", "line 4"]
    assert len({entry.id for entry in page.entries}) == 3
    run = (await world.detail("a")).status.run
    assert {entry.run for entry in page.entries} == {run}
    nothing = await world.hands.log(QUEUE, "a", page.after)
    assert (nothing.entries, nothing.after) == ([], page.after)
    world.log("a", "line 5")
    world.log("a", "line 6")
    more = await world.hands.log(QUEUE, "a", page.after)
    assert [entry.text for entry in more.entries] == ["line 5", "line 6"]
    assert all(entry.at_ms > 1_790_000_000_000 for entry in more.entries)


async def test_attempts_lie_between_log_lines(world: World) -> None:
    """They are no log lines, and cost none."""
    world.active("a")
    world.log("a", "one")
    world.player.retry("a", 3600)
    page = await world.hands.log(QUEUE, "a")
    assert [entry.text for entry in page.entries] == ["one"]
    assert (await world.detail("a")).status.logs == ["one"]


async def test_a_log_is_read_from_a_place_in_it(world: World) -> None:
    """Behind a line come so many as were asked for."""
    world.active("a")
    for n in range(6):
        world.log("a", f"line {n}")
    first = (await world.hands.log(QUEUE, "a", limit=6)).entries[0]
    page = await world.hands.log(QUEUE, "a", first.id, limit=2)
    assert [entry.text for entry in page.entries] == ["line 1", "line 2"]
    assert page.after == page.entries[-1].id


@pytest.mark.parametrize("job_id", ["", "x" * 513])
async def test_an_id_that_cannot_be_is_refused(world: World, job_id: str) -> None:
    """The error says what an id is."""
    with pytest.raises(SettingError, match="1 to 512 bytes"):
        await world.hands.job(QUEUE, job_id)


async def test_ids_and_texts_are_any_text(world: World) -> None:
    """What a producer wrote comes as it is: making it safe is for who shows it."""
    job_id, tenant, text = "a b\x1b[2J\u202e漢", "t\x1b]0;x\x07", "line \x1b[31mred\x00\n[/x]"
    world.active(job_id, tenant=tenant)
    world.log(job_id, text)
    world.player.fail(job_id, text)
    detail = await world.detail(job_id)
    assert (detail.status.id, detail.status.tenant) == (job_id, tenant)
    assert detail.status.failed_reason == f"ValueError: {text}"
    assert [entry.text for entry in (await world.hands.log(QUEUE, job_id)).entries] == [text]
    assert await world.ids("failed") == [job_id]


async def test_secrets_are_taken_out_wherever_a_job_left_them(world: World) -> None:
    """Of results, errors and log lines, in the job, in lists and among failures."""
    world.active("f")
    world.log("f", "login with password=hunter2 at 10:00")
    world.player.fail("f", "refused: password=hunter2", stack=f"{FRAME}\npassword=hunter2")
    world.completed("c", result='{"apiToken":"hunter2","pages":7}')
    failed, completed = await world.detail("f"), await world.detail("c")
    [line] = (await world.hands.log(QUEUE, "f")).entries
    assert "at 10:00" in line.text
    assert "pages" in (completed.result or "")
    assert (failed.redacted > 0, completed.redacted) == (True, 1)
    [row], [group] = await world.lines("failed"), await world.hands.groups(QUEUE)
    seen = (failed, completed, line, row, group)
    assert [each for each in seen if "hunter2" in str(each)] == []


async def test_a_log_goes_on_over_runs(world: World) -> None:
    """Each line names its run; the job itself has those of its present run."""
    world.active("a")
    world.log("a", "first")
    world.player.fail("a")
    await world.act("retry", "failed")
    assert world.start() == ["a"]
    world.log("a", "second")
    entries = (await world.hands.log(QUEUE, "a")).entries
    detail = await world.detail("a")
    assert [entry.text for entry in entries] == ["first", "second"]
    assert (entries[1].run, entries[0].run < entries[1].run) == (detail.status.run, True)
    assert detail.status.logs == ["second"]
