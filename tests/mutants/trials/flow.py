"""Flaws about what travels between workers, clients and Redis: limits, repeated calls, wake-ups, pipelines."""

from __future__ import annotations

from tests.mutants.trials.trial import Naive, Trial

_LUA = "engine/streams/lua/"
_ENGINE = "engine/"
_SCRIPTS = "tests/scripts/test_"
_UNIT = "tests/unit/test_"
_INTEGRATION = "tests/integration/test_"

TRIALS = (
    Trial(
        9,
        "reserving tokens and giving them back breaks the limit",
        (
            Naive(
                "a start takes nothing of the bucket that others see",
                f"{_SCRIPTS}shared_limit.py::test_no_window_starts_more_over_both_queues",
                f"{_LUA}acquire.lua",
                "take_tokens(shared, now, taken)",
                "take_tokens(shared, now, 0)",
            ),
            Naive(
                "tokens that are given back come on top of a full bucket",
                f"{_SCRIPTS}rate.py::test_no_window_starts_more_than_burst_and_rate",
                f"{_LUA}include/tokens.lua",
                "math.min(bucket.tokens, tonumber(stored[1]) + math.floor(elapsed * rate))",
                "tonumber(stored[1]) + math.floor(elapsed * rate)",
            ),
            Naive(
                "a whole second's worth may start at once",
                f"{_UNIT}registry.py::test_the_default_burst_is_a_tenth_of_a_second",
                f"{_ENGINE}types.py",
                "max(1, int(self.per_second / 10))",
                "max(1, int(self.per_second))",
            ),
        ),
    ),
    Trial(
        10,
        "calls that are not safe to send twice",
        (
            Naive(
                "an enqueue sent again after its job is gone runs again",
                f"{_SCRIPTS}guards_enqueue.py::test_a_call_sent_again_after_its_job_was_pruned_stores_nothing",
                f"{_LUA}enqueue.lua",
                "redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
                "",
            ),
            Naive(
                "a settle sent again is told as lost",
                f"{_SCRIPTS}settle.py::test_a_settle_sent_twice_is_accepted_once",
                f"{_LUA}settle.lua",
                "record and record[1] == fence and (record[2] == 'cancelled' and 'cancelled' or 'ok') or 'lost'",
                "'lost'",
            ),
            Naive(
                "a requeue names no run",
                f"{_SCRIPTS}requeue.py::test_a_later_run_is_never_touched",
                f"{_LUA}requeue.lua",
                "elseif record[2] == run and (verb == 'requeue'",
                "elseif (verb == 'requeue'",
            ),
            Naive(
                "a cancel names no run",
                f"{_SCRIPTS}cancel.py::test_only_the_run_that_is_meant_is_cancelled",
                f"{_LUA}cancel.lua",
                "if record[2] ~= ARGV[3] then",
                "if false then",
            ),
            Naive(
                "an enqueue is sent for longer than its answer is kept",
                f"{_UNIT}posting.py::test_an_answer_is_kept_for_longer_than_its_call_is_sent_again",
                f"{_ENGINE}posting.py",
                "RESEND_S = 60.0",
                "RESEND_S = 600.0",
            ),
        ),
    ),
    Trial(
        11,
        "wake-ups that do not reach whoever is idle",
        (
            Naive(
                "many jobs of one enqueue wake one worker",
                f"{_SCRIPTS}acquire.py::test_an_acquire_that_left_some_wakes_another",
                f"{_LUA}acquire.lua",
                "if taken > 0 and left_some then",
                "if false then",
            ),
            Naive(
                "a delayed job that is due first wakes nobody",
                f"{_SCRIPTS}enqueue.py::test_a_delayed_job_is_due_by_the_servers_clock",
                f"{_LUA}enqueue.lua",
                "  woken = woken or next_due(KEYS[6]) ~= head\n",
                "",
            ),
            Naive(
                "a release wakes nobody",
                f"{_SCRIPTS}settle.py::test_a_release_and_a_new_head_wake_and_a_completion_does_not",
                f"{_LUA}settle.lua",
                "{ 'last', fence, 'worker', worker })\n    woken = true\n",
                "{ 'last', fence, 'worker', worker })\n",
            ),
            Naive(
                "a reclaim wakes nobody",
                f"{_SCRIPTS}reclaim.py::test_a_dead_workers_job_waits_again_with_a_crash",
                f"{_LUA}reclaim.lua",
                "if tally.reclaim or tally.release then",
                "if false then",
            ),
            Naive(
                "a settle that frees the last place wakes nobody",
                f"{_SCRIPTS}acquire.py::test_max_active_holds_over_all_consumers",
                f"{_LUA}settle.lua",
                "{}, {}, {}, {}, was_full",
                "{}, {}, {}, {}, false",
            ),
            Naive(
                "a resume or a raised limit wakes nobody",
                f"{_SCRIPTS}control.py::test_pause_and_resume_say_whether_they_changed_something",
                f"{_LUA}control.lua",
                "  wake_one(KEYS[5])\n",
                "",
                times=2,
            ),
            Naive(
                "the timer of a blocking pop decides when a delayed job starts",
                f"{_UNIT}fetcher.py::test_a_queue_is_asked_when_its_timer_is_due",
                f"{_ENGINE}fetcher.py",
                "min(IDLE_S, answer.wait_ms / 1000)",
                "IDLE_S",
            ),
            Naive(
                "a worker that cannot use a wake-up keeps it",
                f"{_UNIT}listener.py::test_a_wake_up_that_came_too_late_is_put_back",
                f"{_ENGINE}listener.py",
                '            await self._store.command("LPUSH", rang, "1")\n',
                "            pass\n",
            ),
        ),
    ),
    Trial(
        12,
        "one error of a pipeline hides its other replies",
        (
            Naive(
                "an unknown script fails the whole pipeline",
                f"{_INTEGRATION}store_pipeline.py::test_an_error_of_one_call_costs_no_other_its_reply",
                f"{_ENGINE}streams/store.py",
                "                again.append(request)\n",
                "                _fail(request, to_engine_error(reply))\n"
                "                self._break(to_engine_error(reply))\n                break\n",
            ),
            Naive(
                "a call refused for its unknown script loses its place",
                f"{_INTEGRATION}store_pipeline.py::test_a_script_that_the_server_has_not_seen_keeps_its_place",
                f"{_ENGINE}streams/store.py",
                "        self._loaded.add(request.call.script.sha)\n        return request.call.command_with_text()\n",
                "        self._loaded.add(request.call.script.sha)\n        return request.words\n",
            ),
            Naive(
                "a failed settle drops the acquire beside it",
                f"{_UNIT}fetcher.py::test_a_failed_settle_drops_no_delivery",
                f"{_ENGINE}fetcher.py",
                "        except EngineError as error:\n            failed = error\n",
                "        except EngineError:\n            raise\n",
            ),
            Naive(
                "an exchange is awaited under cancellation",
                f"{_INTEGRATION}store_pipeline.py::test_a_caller_that_left_costs_no_other_its_reply",
                f"{_ENGINE}streams/store.py",
                "    if request.future.done():\n        return\n    try:",
                "    try:",
            ),
        ),
    ),
    Trial(
        13,
        "a slot that moves between nodes breaks calls midway",
        (
            Naive(
                "TRYAGAIN is taken for a refusal",
                f"{_UNIT}replies.py::test_what_passes_by_itself_is_waited_for",
                f"{_ENGINE}streams/replies.py",
                '    "TRYAGAIN": Unreachable,\n',
                "",
            ),
            Naive(
                "a settle deletes entries before it has written",
                f"{_SCRIPTS}bad_records.py::test_a_settle_that_breaks_midway_leaves_its_jobs_to_reclaim",
                f"{_LUA}settle.lua",
                "redis.call('HDEL', KEYS[5], unpack(released))\n",
                "redis.call('HDEL', KEYS[5], unpack(released))\n"
                "for stream, entries in pairs(gone) do\n"
                "  if #entries > 0 then\n"
                "    redis.call('XACK', STREAMS[stream], 'workers', unpack(entries))\n"
                "    redis.call('XDEL', STREAMS[stream], unpack(entries))\n"
                "  end\n"
                "end\n",
            ),
            Naive(
                "what an acquire that broke midway left is charged or lost",
                f"{_SCRIPTS}bad_records.py::test_an_acquire_that_breaks_midway_loses_nothing",
                f"{_LUA}reclaim.lua",
                "elseif record[3] == name .. ' ' .. entry and (record[4] == 'waiting' or record[4] == 'active') then",
                "elseif false then",
            ),
        ),
    ),
    Trial(
        14,
        "cancel of a running job has no path and overlaps",
        (
            Naive(
                "a running job is cancelled at once",
                f"{_SCRIPTS}cancel.py::test_a_running_job_is_flagged",
                f"{_LUA}cancel.lua",
                "if record[1] == 'active' then\n",
                "if record[1] == 'active' then\n"
                "  end_cancelled(KEYS[8], key, id, digits(math.floor(read_clock(ARGV[1]) / 1000)), {})\n"
                "  do return 'cancelled' end\n",
            ),
            Naive(
                "nobody tells the worker",
                f"{_INTEGRATION}worker_cancel.py::test_cancel_of_a_running_job",
                f"{_ENGINE}renewer.py",
                "                self._tell(self._runner.cancel, line.queue.name, holding.fence)\n",
                "                pass\n",
            ),
            Naive(
                "a flagged job that is settled otherwise ends otherwise",
                f"{_SCRIPTS}settle.py::test_once_flagged_every_verb_ends_as_cancelled",
                f"{_LUA}settle.lua",
                "flags[n] and 'cancel' or ARGV[at + 2]",
                "ARGV[at + 2]",
            ),
        ),
    ),
)
