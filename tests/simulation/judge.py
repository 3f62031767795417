"""What must hold of every schedule, each as a function that yields what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations

import msgspec

from engine import State
from engine.runner import JOB_TASK
from tests.simulation.case import Case
from tests.simulation.causes import crashes_have_causes, recovery_is_prompt
from tests.simulation.ledger import Execution, Key
from tests.simulation.limits import limits_were_kept
from tests.simulation.plays import GRACE_S, TIMEOUT_S, expected_end, job_of
from tests.support.queue import Rig
from tests.support.whole import check_whole


def judge(case: Case) -> list[str]:
    """Everything that is wrong."""
    return [f"{check.__name__}: {text}" for check in CHECKS for text in check(case)]


def everything_ended(case: Case) -> Iterator[str]:
    """Nothing is stuck: no job, no producer, and no task of a living process but those of handlers that do not stop."""
    yield from case.course.unended
    stubborn = {f"{JOB_TASK}{job_id}" for (_, job_id), play in case.plays.items() if play.act == "stubborn"}
    for task, lane in case.world.loop.tasks.items():
        if not task.done() and (lane is None or not lane.gone) and task.get_name() not in {"main", *stubborn}:
            yield f"task {task.get_name()} is left"
    yield from case.world.loop.errors


def facts_agree(case: Case) -> Iterator[str]:
    """Fences rise, settles are taken from the owner only, nothing starts early, crashes are counted as charged."""
    yield from case.lives.wrong


def each_run_ended_once(case: Case) -> Iterator[str]:
    """What was acknowledged is stored, what is stored was attempted, and each run has one end."""
    for ticket in case.world.ledger.tickets:
        if ((ticket.queue, ticket.id), ticket.run) not in case.lives.lives:
            yield f"{ticket.queue}/{ticket.id} run {ticket.run} was acknowledged and is lost"
    for (key, _), life in case.lives.lives.items():
        if key not in case.world.ledger.attempted:
            yield f"{key} was never attempted"
        if len(life.ends) != 1:
            yield f"{'/'.join(key)} ended {len(life.ends)} times"
    for execution in case.world.ledger.executions:
        if (execution.key, execution.run) not in case.lives.lives:
            yield f"{execution.key} ran without being stored"


def each_run_ended_as_it_should(case: Case) -> Iterator[str]:
    """The end is the play's, unless it was cancelled or its workers died too often; attempts are exactly the play's."""
    for (key, run), life in case.lives.lives.items():
        name, end = "/".join(key), life.ends[0] if life.ends else ""
        state, attempts = expected_end(case.plays[key])
        if (key, run) in case.world.ledger.cancelled and end != State.CANCELLED:
            yield f"{name} was cancelled and is {end}"
        if end == State.CANCELLED:
            if key not in case.world.ledger.maybe_cancelled:
                yield f"{name} is cancelled and nobody asked"
        elif life.crashed_out:
            if life.crashes != case.plan.queues[key[0]].max_crashes or life.attempts > attempts:
                yield f"{name} failed after {life.crashes} crashes and {life.attempts} attempts"
        elif (end, life.attempts) != (state, attempts) and not (end == State.COMPLETED and _outlived(case, key, run)):
            yield f"{name} is {end} after {life.attempts} attempts, not {state} after {attempts}"


def _outlived(case: Case, key: Key, run: int) -> bool:
    """Whether a handler of the run was past its time, but done before a process that stood still could tell it so."""
    return any(
        began_s < execution.ended_s and execution.began_s < ended_s
        for execution in case.world.ledger.executions
        if (execution.key, execution.run, execution.how) == (key, run, "done") and execution.ended_s is not None
        for began_s, ended_s in case.stood_still(execution.who)
    )


def effects_are_there_once(case: Case) -> Iterator[str]:
    """A completed run has its effect, by a delivery no later than the accepted one; results name that."""
    for (key, run), life in case.lives.lives.items():
        fences = case.world.sink.effects.get((key, run), [])
        if life.ends == ["completed"] and (len(fences) != 1 or fences[0] > life.accepted):
            yield f"{'/'.join(key)} completed with effects of {len(fences)} deliveries"
    for ticket, fence in case.world.ledger.results:
        accepted = case.lives.lives[(ticket.queue, ticket.id), ticket.run].accepted
        if fence != accepted:
            yield f"{ticket.id}: the result is of another delivery than the accepted one"


def suspects_ran_alone(case: Case) -> Iterator[str]:
    """Beside the last delivery of a job nothing else ran in its process, but what no longer has a place there."""
    handed = {(tenure.handed.queue, tenure.handed.fence): tenure.handed for tenure in case.lives.tenures}
    by_process: dict[str, list[Execution]] = {}
    for execution in case.world.ledger.executions:
        by_process.setdefault(execution.who, []).append(execution)
    for executions in by_process.values():
        for one, other in combinations(executions, 2):
            suspect = any(handed[each.key[0], each.fence].suspect for each in (one, other))
            if suspect and other.began_s < _place_free_s(case, one) and one.began_s < _place_free_s(case, other):
                yield f"{one.key} and {other.key} ran side by side in {one.who}"


def _place_free_s(case: Case, execution: Execution) -> float:
    """When it no longer took a place."""
    ended_s = execution.ended_s if execution.ended_s is not None else float("inf")
    tenure = case.tenure_of(execution)
    if tenure.ended_s is not None:
        ended_s = min(ended_s, tenure.ended_s)
    if job_of(case.plays[execution.key]) == "hurried":
        ended_s = min(ended_s, execution.began_s + TIMEOUT_S + GRACE_S)
    return ended_s


def places_were_kept(case: Case) -> Iterator[str]:
    """No process ran more jobs of a queue at once than it has places for."""
    by_place: dict[tuple[str, str], list[Execution]] = {}
    for execution in case.world.ledger.executions:
        by_place.setdefault((execution.who, execution.key[0]), []).append(execution)
    for (who, queue), executions in by_place.items():
        places = case.plan.queues[queue].concurrency
        for began_s in [execution.began_s for execution in executions]:
            beside = sum(each.began_s <= began_s < _place_free_s(case, each) for each in executions)
            if beside > places:
                yield f"{beside} jobs of {queue} ran at once in {who}, which has {places} places"
                break


def keys_are_whole(case: Case) -> Iterator[str]:
    """Records, indexes and streams agree, and say what the witness saw of the last runs."""
    for keys in case.course.keys:
        rig = Rig(case.url, keys.prefix, keys.queue)
        try:
            check_whole(rig)
            yield from _records_differ(case, rig, keys.queue)
        except AssertionError as error:
            yield str(error)
        finally:
            rig.close()


def _records_differ(case: Case, rig: Rig, queue: str) -> Iterator[str]:
    newest = {life.key: life for life in case.lives.lives.values() if life.key[0] == queue}
    for (_, job_id), life in newest.items():
        record = rig.record(job_id)
        found = Counter({name: int(record.get(name, "0")) for name in ("run", "attempts", "crashes")})
        seen = Counter({"run": life.run, "attempts": life.attempts, "crashes": life.crashes})
        if found != seen or record["state"] not in life.ends:
            yield f"{job_id} is on record as {record['state']} {dict(found)}, seen was {life.ends} {dict(seen)}"
        if "result" in record and msgspec.json.decode(record["result"])["fence"] != life.accepted:
            yield f"{job_id}: the record's result is of another delivery"


CHECKS: tuple[Callable[[Case], Iterator[str]], ...] = (
    everything_ended,
    facts_agree,
    each_run_ended_once,
    each_run_ended_as_it_should,
    effects_are_there_once,
    suspects_ran_alone,
    places_were_kept,
    limits_were_kept,
    crashes_have_causes,
    recovery_is_prompt,
    keys_are_whole,
)
