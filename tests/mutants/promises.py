"""Each promise of the README, the test that holds it, and the guard without which that test fails."""

from __future__ import annotations

from tests.mutants.promise import Promise
from tests.mutants.promises_admin import ADMIN
from tests.mutants.promises_jobs import JOBS

_SCRIPTS, _UNIT, _INTEGRATION = "tests/scripts/test_", "tests/unit/test_", "tests/integration/test_"
_LUA, _ENGINE = "engine/streams/lua/", "engine/"

_RESULTS = (
    Promise(
        "A stored job runs at least once.",
        f"{_SCRIPTS}reclaim.py::test_a_dead_workers_job_waits_again_with_a_crash",
        f"{_LUA}reclaim.lua",
        "  hand_back(STREAMS, key, id, crashes, limits.suspect_at, extra)\n",
        "",
    ),
    Promise(
        "At most one result per run is accepted.",
        f"{_SCRIPTS}settle.py::test_a_delivery_that_was_taken_away_settles_nothing",
        f"{_LUA}settle.lua",
        "if owner == fence then",
        "if owner then",
    ),
    Promise(
        "No stored job is lost while Redis keeps its data.",
        f"{_SCRIPTS}bad_records.py::test_an_acquire_that_breaks_midway_loses_nothing",
        f"{_LUA}reclaim.lua",
        "elseif record[3] == name .. ' ' .. entry and (record[4] == 'waiting' or record[4] == 'active') then",
        "elseif false then",
    ),
    Promise(
        "No stored job is lost while Redis keeps its data.",
        f"{_UNIT}settler.py::test_without_an_answer_everything_is_sent_again_in_order",
        f"{_ENGINE}settler.py",
        "                again[queue].extendleft(reversed(batch))\n",
        "",
    ),
    Promise(
        "Attempts are charged for errors of a job, never for a deploy or an outage of Redis.",
        f"{_UNIT}executor.py::test_a_stopped_handler_is_given_back_or_cancelled",
        f"{_ENGINE}executor.py",
        'case "shutdown" | "lost":\n            return Release()',
        'case "shutdown" | "lost":\n            return _failed_attempt(job, delivery, describe(error), random)',
    ),
    Promise(
        "Attempts are charged for errors of a job, never for a deploy or an outage of Redis.",
        f"{_SCRIPTS}reclaim.py::test_after_an_outage_nothing_is_taken_for_a_lease",
        f"{_LUA}include/seen.lua",
        "now - last > patience or",
        "",
    ),
    Promise(
        "one of Redis is not.",
        f"{_SCRIPTS}reclaim.py::test_after_an_outage_nothing_is_taken_for_a_lease",
        f"{_LUA}reclaim.lua",
        "if now < reclaim_from then",
        "if false then",
    ),
    Promise(
        "Write `job.fence` beside your effects and let a lower one write nothing",
        f"{_SCRIPTS}acquire.py::test_fences_rise_through_a_backward_clock",
        f"{_LUA}acquire.lua",
        "fence = now > fence and now or fence + 1",
        "fence = now",
    ),
    Promise(
        "`raise UnrecoverableError(...)` fails a job at once",
        f"{_UNIT}executor.py::test_an_unrecoverable_error_fails_at_once",
        f"{_ENGINE}executor.py",
        "        return _log(context, Fail(describe(error)))\n    except (KeyboardInterrupt",
        "        return _log(context, _failed_attempt(job, delivery, describe(error), random))\n"
        "    except (KeyboardInterrupt",
    ),
    Promise(
        "`raise Snooze(seconds)` puts it off without charging an attempt",
        f"{_UNIT}executor.py::test_a_snooze_puts_off_without_an_error",
        f"{_ENGINE}executor.py",
        "        return Snoozed(round(snooze.delay_s * 1000))\n",
        "        return _failed_attempt(job, delivery, describe(snooze), random)\n",
    ),
    Promise(
        "any other error is retried with backoff",
        f"{_UNIT}executor.py::test_an_error_is_retried_with_backoff",
        f"{_ENGINE}executor.py",
        "job.policy.backoff.delay_s(attempt)",
        "job.policy.backoff.delay_s(1)",
    ),
    Promise(
        "Jitter only lengthens a wait, by at most 20 %.",
        f"{_UNIT}backoff.py::test_jitter_only_lengthens_and_by_its_share_at_most",
        f"{_ENGINE}backoff/jitter.py",
        "return delay_s * (1 + share * random.random())",
        "return delay_s * (1 + share * (random.random() - 0.5))",
    ),
)

_PRODUCERS = (
    Promise(
        "While a job of an id waits or runs, an enqueue of it is answered by that one",
        f"{_SCRIPTS}enqueue.py::test_a_live_job_swallows_a_second_enqueue",
        f"{_LUA}enqueue.lua",
        "if LIVE[state] then",
        "if false then",
    ),
    Promise(
        "after its end, kept or not, the id runs again.",
        f"{_SCRIPTS}enqueue.py::test_an_ended_id_runs_anew",
        f"{_LUA}enqueue.lua",
        "  if ends[n] then\n",
        "  if false then\n",
    ),
    Promise(
        "`enqueue` calls that run at the same time travel together.",
        f"{_INTEGRATION}client_enqueue.py::test_calls_of_one_tick_are_one_script_call",
        f"{_ENGINE}letters.py",
        "if batch and not fits(count + len(letter.jobs), size + letter.size):",
        "if batch:",
    ),
    Promise(
        "With `max_waiting` an enqueue into a longer queue raises `QueueFull` and stores nothing.",
        f"{_SCRIPTS}max_waiting.py::test_a_refused_job_leaves_no_trace",
        f"{_LUA}enqueue.lua",
        "elseif most > 0 and waiting >= most then",
        "elseif false then",
    ),
    Promise(
        "The base package needs `redis`, `hiredis` and `msgspec` only.",
        f"{_UNIT}import_hygiene.py::test_the_engine_needs_its_base_only",
        f"{_ENGINE}clock.py",
        "import asyncio\n",
        "import asyncio\n\nimport httpx as httpx\n",
    ),
    Promise(
        "threads share it, and a forked worker opens its own connections",
        f"{_INTEGRATION}sync_client.py::test_a_fork_while_a_connection_is_in_use",
        f"{_ENGINE}streams/pool.py",
        "        if self._process != os.getpid():\n            self._fill()\n",
        "",
    ),
)

_LIMITS = (
    Promise(
        "Both queues together start at most 10 jobs a second over all workers.",
        f"{_SCRIPTS}shared_limit.py::test_no_window_starts_more_over_both_queues",
        f"{_LUA}acquire.lua",
        "take_tokens(shared, now, taken)",
        "take_tokens(shared, now, 0)",
    ),
    Promise(
        "One token bucket is shared by both queues and all workers",
        f"{_SCRIPTS}shared_limit.py::test_two_queues_share_one_bucket",
        f"{_LUA}acquire.lua",
        "whole_tokens(own), whole_tokens(shared))",
        "whole_tokens(own))",
    ),
    Promise(
        "a queue can have its own beside it (`rate=`), and a `max_active` over all workers.",
        f"{_SCRIPTS}shared_limit.py::test_its_own_limit_counts_beside_the_shared_one",
        f"{_LUA}acquire.lua",
        "whole_tokens(own), whole_tokens(shared))",
        "whole_tokens(shared))",
    ),
    Promise(
        "and a `max_active` over all workers.",
        f"{_SCRIPTS}acquire.py::test_max_active_holds_over_all_consumers",
        f"{_LUA}acquire.lua",
        "if limits.max_active > 0 then",
        "if false then",
    ),
    Promise(
        "Limits only decide when a job is acquired: none is moved or dropped.",
        f"{_SCRIPTS}promote.py::test_a_paused_queue_still_promotes",
        f"{_LUA}acquire.lua",
        "local more_due, head = promote(",
        "local more_due, head = redis.call('HEXISTS', KEYS[6], 'paused') == 0 and promote(",
    ),
    Promise(
        "Starts are counted when a job is acquired, retries included.",
        f"{_SCRIPTS}guards_acquire.py::test_a_retry_takes_a_token_too",
        f"{_LUA}acquire.lua",
        "take_tokens(own, now, taken)",
        "take_tokens(own, now, 0)",
    ),
    Promise(
        "`python -m engine limit` changes them at run time.",
        f"{_SCRIPTS}shared_limit.py::test_a_limit_set_at_run_time_wins_until_it_is_taken_back",
        f"{_LUA}include/limits.lua",
        "limits[name] = set and set > 0 and set or configured",
        "limits[name] = configured",
    ),
    Promise(
        "holds at once, over the configured ones, until --reset",
        f"{_SCRIPTS}guards_control.py::test_what_is_set_at_run_time_outlives_a_configure",
        f"{_LUA}control.lua",
        "local field, value = 'set:' .. ARGV[i], ARGV[i + 1]",
        "local field, value = ARGV[i], ARGV[i + 1]",
    ),
    Promise(
        "More places: `--concurrency ingest_reviews=5`, or `python -m engine limit` for all workers at run time.",
        f"{_UNIT}fetcher.py::test_a_limit_set_at_run_time_changes_the_places",
        f"{_ENGINE}roster.py",
        "        self.concurrency[queue] = places\n",
        "",
    ),
)

_OPERATING = (
    Promise(
        "one sentence: paused",
        f"{_SCRIPTS}acquire.py::test_a_paused_queue_hands_over_nothing",
        f"{_LUA}acquire.lua",
        "  reply[1], places = 'paused', 0\n",
        "",
    ),
    Promise(
        "resumes from an id",
        f"{_INTEGRATION}operating.py::test_events_resume_behind_an_id",
        f"{_ENGINE}viewer.py",
        'f"({after}"',
        "after",
    ),
    Promise(
        "2 | bad input or setting, unknown queue |",
        f"{_INTEGRATION}cli_errors.py::test_an_unknown_queue_lists_the_known_ones",
        f"{_ENGINE}cli/main.py",
        "        return error.exit_code\n",
        "        return 1\n",
    ),
    Promise(
        "3 | Redis or PostgreSQL is unreachable |",
        f"{_INTEGRATION}cli_errors.py::test_an_unreachable_redis",
        f"{_ENGINE}cli/main.py",
        "        return error.exit_code\n",
        "        return 1\n",
    ),
    Promise(
        "the environment wins.",
        f"{_UNIT}config.py::test_the_environment_wins_over_the_file",
        f"{_ENGINE}config.py",
        "{**parse_env(text, path.name), **os.environ}",
        "{**os.environ, **parse_env(text, path.name)}",
    ),
    Promise(
        "a failed job waits again, with all its attempts",
        f"{_SCRIPTS}requeue.py::test_a_failed_run_waits_again_with_everything_anew",
        f"{_LUA}requeue.lua",
        "    redis.call('DEL', key)\n",
        "",
    ),
    Promise(
        "a running job is told within a second",
        f"{_INTEGRATION}worker_cancel.py::test_cancel_of_a_running_job",
        f"{_ENGINE}renewer.py",
        "                self._tell(self._runner.cancel, line.queue.name, holding.fence)\n",
        "                pass\n",
    ),
    Promise(
        "a delayed job waits no longer",
        f"{_SCRIPTS}requeue.py::test_a_promoted_job_waits_at_once",
        f"{_LUA}requeue.lua",
        "or verb == 'promote' and record[1] == 'delayed') then",
        "or false) then",
    ),
    Promise(
        "ended jobs, with their trails",
        f"{_SCRIPTS}prune.py::test_jobs_past_their_age_are_gone",
        f"{_LUA}prune.lua",
        "      keys[#keys + 1] = KEYS[5] .. id\n",
        "",
    ),
    Promise(
        "exit 0 only if it asked for jobs within 30 s",
        f"{_INTEGRATION}guards_health.py::test_health_is_by_when_a_worker_last_asked_for_jobs",
        f"{_ENGINE}cli/queues.py",
        "        if idle_ms > HEALTHY_MS:\n",
        "        if idle_ms < 0:\n",
    ),
    Promise(
        "puts records and indexes in step again",
        f"{_SCRIPTS}repair.py::test_an_index_without_its_job",
        f"{_LUA}repair.lua",
        "  redis.call('ZADD', SETS[set], time, job.id)\n",
        "",
    ),
    Promise(
        "a worker that ends when nothing is left to do",
        f"{_INTEGRATION}shutdown.py::test_a_worker_ends_when_all_is_done",
        f"{_ENGINE}worker.py",
        "            if found.waiting or found.delayed or found.active:\n                return False\n",
        "",
    ),
    Promise(
        "`python -m engine why QUEUE` says it in a sentence",
        f"{_UNIT}why.py::test_a_queue_has_one_reason",
        f"{_ENGINE}why.py",
        "    if counts.active >= places:\n",
        "    if counts.active < 0:\n",
    ),
    Promise(
        "shows the reason, each attempt with its error, and the log",
        f"{_SCRIPTS}settle.py::test_a_retry_keeps_the_error_and_the_attempt",
        f"{_LUA}settle.lua",
        "    write_trail(KEYS[14] .. id, 'kind', 'attempt', 'run', record[1], 'start', fence, 'end', now_ms,\n"
        "      'worker', worker, 'error', data, 'due', due_ms)\n",
        "",
    ),
    Promise(
        "What comes from jobs is escaped, in JSON as \\u.",
        f"{_UNIT}logs.py::test_any_text_stays_one_line_of_json",
        f"{_ENGINE}logs/formats.py",
        "return escape_json(data.decode())",
        "return data.decode()",
    ),
    Promise(
        "A worker warns at its start, and `python -m engine doctor` says what to set.",
        f"{_INTEGRATION}worker_warns.py::test_a_worker_warns_at_its_start",
        f"{_ENGINE}worker.py",
        "            await warn_at_start(store, time.time)\n",
        "",
    ),
)

_WORKERS = (
    Promise(
        "Stop with SIGTERM (SIGINT and SIGHUP do the same)",
        f"{_INTEGRATION}shutdown.py::test_a_signal_lets_jobs_finish[asyncio-1]",
        f"{_ENGINE}app.py",
        "            self._numbers.append(signal.SIGHUP)",
        "            pass",
    ),
    Promise(
        "they share queues, rates and leases through Redis.",
        f"{_INTEGRATION}worker_limits.py::test_max_active_holds_over_all_workers",
        f"{_LUA}acquire.lua",
        "limits.max_active - redis.call('HLEN', KEYS[5])",
        "limits.max_active",
    ),
    Promise(
        "a label; two processes with one id never share leases",
        f"{_INTEGRATION}worker_life.py::test_two_workers_of_one_label_share_nothing",
        f"{_ENGINE}services.py",
        'f"{settings.worker_id}~{secrets.token_hex(4)}"',
        "settings.worker_id",
    ),
    Promise(
        "A job whose worker dies is started elsewhere after its lease (15 s) and the next sweep (2.5 s)",
        f"{_SCRIPTS}reclaim.py::test_a_job_waits_again_within_a_lease_and_a_sweep",
        f"{_LUA}reclaim.lua",
        "idle_entries(stream, limits.lease_ms + skew / 1000)",
        "idle_entries(stream, limits.lease_ms * 2 + skew / 1000)",
    ),
    Promise(
        "or one lease after the next worker starts",
        f"{_SCRIPTS}reclaim.py::test_after_an_outage_the_dead_are_taken_a_lease_later",
        f"{_LUA}include/seen.lua",
        "reclaim_from = now + limits.lease_ms * 1000",
        "reclaim_from = now + limits.lease_ms * 2000",
    ),
    Promise(
        "after three such ends it has failed",
        f"{_SCRIPTS}reclaim.py::test_the_last_crash_fails_the_job",
        f"{_LUA}reclaim.lua",
        "local crashes = ",
        "local crashes = -1 + ",
    ),
    Promise(
        "the last of them it runs alone in its process, so that it takes nobody with it.",
        f"{_SCRIPTS}suspects.py::test_a_poison_job_fails_alone",
        f"{_LUA}include/hand_back.lua",
        "crashes >= suspect_at and 'suspect' or 'again'",
        "'again'",
    ),
    Promise(
        "jobs that finish in time are settled, the others go back first in line, uncharged.",
        f"{_INTEGRATION}shutdown.py::test_a_signal_lets_jobs_finish[asyncio-15]",
        f"{_ENGINE}services.py",
        "        await self._roster.wait_empty(grace_s, at_once)\n",
        "",
    ),
    Promise(
        "jobs that finish in time are settled, the others go back first in line, uncharged.",
        f"{_INTEGRATION}shutdown.py::test_after_the_grace_jobs_are_given_back",
        f"{_LUA}acquire.lua",
        "  left_some = redis.call('XLEN', KEYS[1]) > 0 and take('again')\n  left_some = take('ready') or left_some\n",
        "  left_some = take('ready')\n  left_some = redis.call('XLEN', KEYS[1]) > 0 and take('again') or left_some\n",
    ),
    Promise(
        "Ctrl-C lets jobs finish, twice gives them back",
        f"{_INTEGRATION}shutdown.py::test_a_second_signal_gives_back_at_once",
        f"{_ENGINE}worker.py",
        "            self._at_once.set()\n            if self._starting",
        "            if self._starting",
    ),
    Promise(
        "the event loop was blocked past a job's deadline",
        f"{_INTEGRATION}shutdown.py::test_a_blocked_loop_ends_the_process",
        f"{_ENGINE}renewer.py",
        "end_process(EXIT_BLOCKED)",
        "end_process(0)",
    ),
    Promise(
        "its jobs go back to the queue, uncharged",
        f"{_INTEGRATION}run_inside.py::test_started_and_cancelled_twice",
        f"{_ENGINE}services.py",
        "        tasks = self._runner.release_all()\n",
        "        tasks: list[asyncio.Task[None]] = []\n",
    ),
    Promise(
        "however often it is cancelled, it gives its jobs back first and leaves no task, thread or connection.",
        f"{_INTEGRATION}run_inside.py::test_cancelled_again_while_it_stops",
        f"{_ENGINE}worker.py",
        "            await uncut(self._end(services), self._at_once.set)\n",
        "            await self._end(services)\n",
    ),
    Promise(
        "A change of a `.py` file gives running jobs 2 s, then hands them back uncharged to a worker with the new code",
        f"{_INTEGRATION}reload.py::test_a_running_job_goes_on_in_new_code_uncharged",
        f"{_ENGINE}reload.py",
        "            child.terminate()\n            if _ended(child, patience_s):",
        "            child.kill()\n            if _ended(child, patience_s):",
    ),
)

PROMISES: tuple[Promise, ...] = (
    *_RESULTS,
    *_PRODUCERS,
    *_LIMITS,
    *_OPERATING,
    *ADMIN,
    *_WORKERS,
    *JOBS,
)
