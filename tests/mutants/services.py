"""Faults in the worker's services and in the client, by name."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_UNIT, _INTEGRATION = "tests/unit/test_", "tests/integration/test_"
_WHERE = {
    "settler": _UNIT,
    "fetcher": _UNIT,
    "executor": _UNIT,
    "roster": _UNIT,
    "posting": _UNIT,
    "sweeper": _UNIT,
    "listener": _UNIT,
    "replies": _UNIT,
    "renewer": _UNIT,
    "runner": _UNIT,
    "supervisor": _UNIT,
    "sync_store": _UNIT,
    "outbox": _UNIT,
}


def _engine(name: str, old: str, new: str, tests: str, why: str) -> Mutant:
    """A mutant named `module: what`; `tests` are files of tests by their stems, unit ones where they are known."""
    file = f"engine/{name.partition(':')[0]}.py"
    paths = tuple(f"{_WHERE.get(stem, _INTEGRATION)}{stem}.py" for stem in tests.split())
    return Mutant(name=name, file=file, old=old, new=new, tests=paths, why=why)


_SETTLER = (
    _engine(
        "settler: an unanswered settle is dropped",
        "                again[queue].extendleft(reversed(batch))\n",
        "",
        "settler",
        "a lost reply would cost a result",
    ),
    _engine(
        "settler: a second outcome is sent",
        "        if self._roster.end(running):\n",
        "        if self._roster.end(running) or True:\n",
        "settler",
        "a job given back at a stop would be settled again by its handler",
    ),
    _engine(
        "settler: forgotten before it is answered",
        "            self._waiting[running.delivery.queue].append(to_settle(running.delivery, outcome))\n",
        "            self._waiting[running.delivery.queue].append(to_settle(running.delivery, outcome))\n"
        "            self._roster.forget(running.delivery.queue, running.delivery.fence)\n",
        "settler",
        "the renewer would give back, as a stray, a job whose result is on its way",
    ),
    _engine(
        "settler: batch limit ignored",
        "while waiting and len(batch) < MAX_BATCH and size",
        "while waiting and size",
        "settler",
        "one call would hold Redis for as long as there are outcomes",
    ),
    _engine(
        "settler: byte limit ignored",
        " and size + len(waiting[0].data) <= MAX_BYTES:",
        ":",
        "settler",
        "one call would carry any number of bytes",
    ),
    _engine(
        "settler: never one by one",
        "again = self._waiting if isinstance(error, Unreachable) else self._alone",
        "again = self._waiting",
        "settler",
        "one job that Redis chokes on would hold up all others",
    ),
    _engine(
        "settler: stops at the first batch that fails",
        "                failed = error\n                continue\n",
        "                raise\n",
        "settler",
        "answers of other queues would never be read, their jobs never forgotten",
    ),
)

_FETCHER = (
    _engine(
        "fetcher: places ignored",
        "return max(0, min(MAX_BATCH, self._roster.free(queue) - line.asked, most))",
        "return MAX_BATCH",
        "fetcher",
        "a process would take more than it can run",
    ),
    _engine(
        "fetcher: places are asked for twice",
        "self._roster.free(queue) - line.asked",
        "self._roster.free(queue)",
        "fetcher",
        "two pipelines at once would bring more than there are places",
    ),
    _engine(
        "fetcher: a pipeline beside one that may bring a suspect",
        "not self._under_way[0].single and self._holding_for",
        "self._holding_for",
        "fetcher",
        "what came with it would run beside the suspect",
    ),
    _engine(
        "fetcher: a wake-up is put back while an acquire is under way",
        "any(self._roster.free(line.queue.name) > 0 for",
        "any(self._places(line) > 0 for",
        "fetcher",
        "the job that it tells of would wait until a listener looks again",
    ),
    _engine(
        "fetcher: a wake-up waits for the turn",
        "if self._has_room() and any(",
        "if False and any(",
        "fetcher",
        "a job would wait for what the turn is at, and for the answer to every settle",
    ),
    _engine(
        "fetcher: each wake-up is a question",
        "line.woken and not line.asked for",
        "line.woken for",
        "fetcher",
        "wake-ups in a row would each ask for what the first one asked for",
    ),
    _engine(
        "fetcher: a stop does not wait",
        "        await self._quiet.wait()\n",
        "        return\n",
        "fetcher",
        "jobs that a wake-up asked for would come to a process that counts its jobs as ended",
    ),
    _engine(
        "settler: a free place is not told of",
        "            self.added.set()\n            self.freed.set()\n",
        "            self.added.set()\n",
        "fetcher",
        "a process that was full would listen again up to 50 ms late",
    ),
    _engine(
        "fetcher: a stop is ignored",
        "        if self.stopped:\n            return []\n",
        "",
        "fetcher",
        "a worker that stops would take new jobs",
    ),
    _engine(
        "fetcher: never alone with a suspect",
        "alone = self._roster.busy() == 0 and len(asked) == 1",
        "alone = True",
        "fetcher worker_limits",
        "poison would take its neighbours with it",
    ),
    _engine(
        "fetcher: others beside a suspect",
        "            self._holding_for = line\n",
        "            self._holding_for = None\n",
        "fetcher worker_limits",
        "poison would take jobs with it that came after it",
    ),
    _engine(
        "fetcher: a failed settle drops deliveries",
        "        except EngineError as error:\n            failed = error\n",
        "        except EngineError:\n            raise\n",
        "fetcher",
        "jobs that were acquired in the same pipeline would wait for a lease",
    ),
    _engine(
        "fetcher: the lease counts from the reply",
        "self._runner.take(delivery, asked_s)",
        "self._runner.take(delivery, self._clock.monotonic_s())",
        "fetcher",
        "after a slow reply the first renewal would come late by as much",
    ),
    _engine(
        "fetcher: handlers before the next call",
        "        self._store.flush()\n        self.catch_up()\n",
        "        self.catch_up()\n        self._store.flush()\n",
        "fetcher store_pipeline",
        "Redis would wait while handlers run, and they for Redis",
    ),
    _engine(
        "fetcher: an error holds back what was taken",
        "            self.catch_up()\n            raise failed\n",
        "            raise failed\n",
        "fetcher",
        "jobs that were acquired in the same pipeline would start seconds later",
    ),
    _engine(
        "fetcher: a wait holds back what was taken",
        "            self.catch_up()\n            self.idle = True\n",
        "            self.idle = True\n",
        "fetcher",
        "jobs would start with the next call, a second later",
    ),
    _engine(
        "fetcher: all places at once",
        "places // 2 if places >= _DIVIDED else places",
        "places",
        "fetcher",
        "Redis would wait while handlers run, and they for Redis",
    ),
    _engine(
        "runner: what was given back runs too",
        "            if not running.ended:\n                running.task",
        "            if True:\n                running.task",
        "runner",
        "a job that was given back would run here beside its next owner",
    ),
    _engine(
        "fetcher: a wake-up during the call is lost",
        "        self.acquired_s = self._clock.monotonic_s()\n        if answer.status",
        "        self.acquired_s, line.woken = self._clock.monotonic_s(), False\n        if answer.status",
        "fetcher",
        "a job enqueued at that moment would wait for the timer",
    ),
    _engine(
        "fetcher: one queue takes every token",
        "            self.lines.append(line)\n",
        "            self.lines.insert(0, line)\n",
        "fetcher",
        "of queues that share a limit one would starve",
    ),
    _engine(
        "fetcher: lost keys stay lost",
        "        await self._store.run(configure(line.keys, line.queue.limits()))\n",
        "",
        "worker_life",
        "after FLUSHALL nothing would run until a restart",
    ),
)

_RENEWER = (
    _engine(
        "renewer: leases renewed past the deadline",
        "return not running.ended and now >= running.grace_ends_s",
        "return False",
        "renewer",
        "a handler that hangs would hold its job for ever",
    ),
    _engine(
        "renewer: an outcome that waits for Redis loses its lease",
        "return not running.ended and now >= running.grace_ends_s",
        "return now >= running.grace_ends_s",
        "renewer",
        "an outage that outlasts a job's time would charge it a crash",
    ),
    _engine(
        "renewer: what it no longer renews is unknown",
        "self._send(line, held[:MAX_BATCH], now, after_s, strays=len(held) <= MAX_BATCH)",
        "self._send(line, [r for r in held if not _past(r, now)], now, after_s, strays=len(held) <= MAX_BATCH)",
        "worker_leases",
        "a job that hangs would go round for ever, uncharged",
    ),
    _engine(
        "renewer: strays kept",
        "strays=len(held) <= MAX_BATCH",
        "strays=False",
        "worker_leases",
        "jobs of a lost reply would be charged a crash",
    ),
    _engine(
        "renewer: nothing is renewed",
        "renew=not _past(r, now) and now - r.renewed_s >= after_s",
        "renew=False",
        "worker_leases",
        "every job longer than a lease would be taken away",
    ),
    _engine(
        "renewer: lost jobs are not told",
        "                self._tell(self._runner.lose, line.queue.name, holding.fence)\n",
        "                pass\n",
        "worker_leases",
        "a handler would work on for nothing",
    ),
    _engine(
        "renewer: cancelled jobs are not told",
        "                self._tell(self._runner.cancel, line.queue.name, holding.fence)\n",
        "                pass\n",
        "worker_cancel",
        "a cancelled job would run to its end",
    ),
    _engine(
        "renewer: a blocked loop is not seen",
        "if now - self._runner.seen_s < _BLOCKED_S:",
        "if now >= 0:",
        "shutdown",
        "a process whose loop hangs would hold its jobs for ever",
    ),
    _engine(
        "renewer: a blocked process keeps its other jobs",
        "            self._release_others(blocking)\n",
        "",
        "shutdown",
        "its other jobs would wait for a lease and be charged a crash",
    ),
    _engine(
        "renewer: the blocking job goes uncharged",
        " if delivery.fence not in guilty]",
        "]",
        "shutdown",
        "a job that blocks the loop would end one process after the other",
    ),
    _engine(
        "renewer: one queue's trouble costs the others their leases",
        "            except EngineError as error:\n                # One queue's",
        "            except ZeroDivisionError as error:\n                # One queue's",
        "renewer",
        "one key of a wrong type would cost every queue's jobs a crash",
    ),
)

_WORKER = (
    _engine(
        "sweeper: one page only",
        "if not swept.more:",
        "if swept.jobs or not swept.more:",
        "sweeper",
        "a dead worker's jobs would come back a hundred at a time",
    ),
    _engine(
        "sweeper: one prune only",
        "if pruned.most < MAX_BATCH:",
        "if pruned.most >= 0:",
        "sweeper",
        "a fast queue would end more jobs than are ever deleted",
    ),
    _engine(
        "sweeper: a full page of the trash is the last",
        "if pruned.most < MAX_BATCH:",
        "if max(pruned.ended.values()) < MAX_BATCH:",
        "sweeper",
        "what was thrown away in bulk would be deleted a call at a time",
    ),
    _engine(
        "settler: a failure without its fingerprint",
        ", fingerprint=fingerprint(failure))",
        ")",
        "settler",
        "failed jobs would be in no error group",
    ),
    _engine(
        "runner: a timeout is not told",
        'if now >= running.context.deadline_s and self.stop(running, "timeout"):',
        "if now < 0:",
        "worker_cancel",
        "a handler that hangs would take its place for ever",
    ),
    _engine(
        "runner: time counts before the handler has begun",
        "            if not running.began:\n                continue\n",
        "",
        "runner",
        "a loop that one job blocks would charge the jobs that it has not come to",
    ),
    _engine(
        "runner: the place of a handler that ignores its timeout stays taken",
        "if now >= running.grace_ends_s and running.job is not None:",
        "if now < 0:",
        "worker_cancel",
        "handlers that ignore their cancel would fill the process",
    ),
    _engine(
        "runner: a stop waits for handlers before it gives back",
        "            self._settler.add(running, Release())\n",
        "",
        "shutdown",
        "the job of a handler that ignores the stop would wait for a lease",
    ),
    _engine(
        "executor: a stop is charged",
        '        case "shutdown" | "lost":\n            return Release()\n',
        '        case "shutdown" | "lost":\n'
        "            return _failed_attempt(job, delivery, describe(error), random)\n",
        "executor",
        "every deploy would charge an attempt",
    ),
    _engine(
        "executor: one attempt more than allowed",
        "attempt = delivery.attempts + 1",
        "attempt = delivery.attempts",
        "executor",
        "a job would be tried once more than it says",
    ),
    _engine(
        "services: a second signal is ignored",
        "await self._roster.wait_empty(grace_s, at_once)",
        "await self._roster.wait_empty(grace_s)",
        "shutdown",
        "a hurried stop would take the whole grace",
    ),
    _engine(
        "services: one consumer name for a label",
        'f"{settings.worker_id}~{secrets.token_hex(4)}"',
        "settings.worker_id",
        "worker_life",
        "a new process would give back what the old one of its label still runs",
    ),
    _engine(
        "listener: a wake-up that nobody can use is kept",
        '            await self._store.command("LPUSH", rang, "1")\n',
        "            pass\n",
        "listener",
        "a job would wait while another worker is free",
    ),
    _engine(
        "supervisor: an unforeseen error ends the loop",
        "            except Exception:  # noqa: BLE001 - told",
        "            except ZeroDivisionError:  # told",
        "supervisor",
        "a worker would go on without its sweeps, or its fetcher",
    ),
)

_STORE = (
    _engine(
        "streams/store: a flushed script is not sent again",
        "                again.append(request)\n",
        "                again.extend([request][:0])\n",
        "store_pipeline",
        "after SCRIPT FLUSH callers would wait for ever",
    ),
    _engine(
        "streams/store: a demoted primary is kept",
        "                self._moved = self._moved or is_elsewhere(reply)\n",
        "                self._moved = self._moved and is_elsewhere(reply)\n",
        "failover",
        "after a failover nothing would run until a restart",
    ),
    _engine(
        "streams/store: a caller that left breaks the pipeline",
        "    if request.future.done():\n        return\n    try:",
        "    try:",
        "store_pipeline",
        "the others of its pipeline would never be answered",
    ),
    _engine(
        "streams/store: one error fails the whole pipeline",
        "                _fail(request, to_engine_error(reply))\n",
        "                _fail(request, to_engine_error(reply))\n                self._break(to_engine_error(reply))\n"
        "                break\n",
        "store_pipeline",
        "one refused call would cost its neighbours their answers",
    ),
    _engine(
        "streams/store: silence is not noticed",
        "            self._lose(TimeoutError())\n",
        "            self._watch = loop.call_later(_LOOK_S, self._check)\n",
        "connection",
        "callers would wait for ever for a server that is gone without a word",
    ),
    _engine(
        "streams/store: an idle connection is not looked at",
        "        if not self._sent and self._connection.has_news:\n",
        "        if self._connection.is_closing:\n",
        "failover",
        "a server that restarted would cost the next call",
    ),
    _engine(
        "streams/store: a surplus answer is passed over",
        "        if len(replies) > asked:\n",
        "        if len(replies) > asked + 1:\n",
        "connection",
        "a caller could be given another's answer",
    ),
    _engine(
        "streams/connection: nonsense is passed over",
        "        if broken is not None:\n",
        "        if broken is None:\n",
        "connection",
        "a broken stream of replies would be read on",
    ),
    _engine(
        "streams/connection: an end is not told",
        '        lose(error or ConnectionResetError("it closed the connection"))\n',
        "        assert lose\n",
        "store_pipeline",
        "callers would wait out their limit after each restart of Redis",
    ),
    _engine(
        "streams/sync_store: the client sends writes again",
        "            retry=Retry(NoBackoff(), 0),\n",
        "            retry=Retry(NoBackoff(), 3),\n",
        "sync_store",
        "a call would be sent again unseen, and outlast its time",
    ),
)

_CLIENT = (
    _engine(
        "outbox: sent again as another call",
        "                answers = await self._exchange(lane, call)\n",
        "                answers = await self._exchange(\n"
        "                    lane, enqueue_call(lane.line, self._clock, [job for each in batch for job in each.jobs])\n"
        "                )\n",
        "outbox",
        "an enqueue whose answer was lost would run twice",
    ),
    _engine(
        "outbox: sends for ever",
        "if closed or now >= letter.ends_s:",
        "if closed:",
        "outbox",
        "a request would hang for as long as Redis is away",
    ),
    _engine(
        "letters: sends what nobody waits for",
        "        if not letter.future.done():\n            batch.append(letter)",
        "        if True:\n            batch.append(letter)",
        "client_enqueue",
        "a call that was cancelled before it was sent would store its job",
    ),
    _engine(
        "posting: sends for longer than Redis remembers",
        "RESEND_S = 60.0",
        "RESEND_S = 600.0",
        "posting",
        "an enqueue sent again after its reply was forgotten would run twice",
    ),
    _engine(
        "watch: what happened before it listened is missed",
        "                _wake(*waiting.values())  # what happened before that was not heard\n",
        "",
        "client_result",
        "a result that came at that moment would be seen a second late",
    ),
)

MUTANTS: tuple[Mutant, ...] = (*_SETTLER, *_FETCHER, *_RENEWER, *_WORKER, *_STORE, *_CLIENT)
