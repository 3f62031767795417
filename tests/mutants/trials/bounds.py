"""Flaws about memory, leases and how much one call does, and the smaller ones."""

from __future__ import annotations

from tests.mutants.trials.trial import Naive, Trial

_LUA = "engine/streams/lua/"
_ENGINE = "engine/"
_JOBS = "jobs/"
_SCRIPTS = "tests/scripts/test_"
_UNIT = "tests/unit/test_"
_INTEGRATION = "tests/integration/test_"

TRIALS = (
    Trial(
        15,
        "the order of writes decides what a full Redis refuses",
        (
            Naive(
                "acquire writes its bucket with what full memory refuses",
                f"{_SCRIPTS}rate.py::test_a_full_server_keeps_the_rate",
                f"{_LUA}include/tokens.lua",
                "    redis.call('HDEL', bucket.key, 'gate')\n",
                "",
            ),
            Naive(
                "settle begins with what full memory refuses",
                f"{_SCRIPTS}settle.py::test_a_full_server_still_settles",
                f"{_LUA}settle.lua",
                "redis.call('HDEL', KEYS[5], unpack(released))\n",
                "redis.call('HSET', KEYS[6], 'settled', now_ms)\nredis.call('HDEL', KEYS[5], unpack(released))\n",
            ),
            Naive(
                "enqueue begins with what full memory takes",
                f"{_SCRIPTS}enqueue.py::test_a_full_server_refuses_an_enqueue_without_a_trace",
                f"{_LUA}enqueue.lua",
                "redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
                "redis.call('HDEL', KEYS[2], 'gate')\n"
                "redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
            ),
            Naive(
                "notes that full memory refuses are sent for ever",
                f"{_UNIT}guards_notes.py::test_notes_that_redis_refuses_are_dropped_and_said",
                f"{_ENGINE}notes.py",
                "        if isinstance(error, Unreachable):\n            self._waiting[queue]",
                "        if isinstance(error, EngineError):\n            self._waiting[queue]",
            ),
        ),
    ),
    Trial(
        16,
        "each sweeper has a lease of its own",
        (
            Naive(
                "a worker renews by the lease that it was configured with",
                f"{_UNIT}fetcher.py::test_the_lease_is_the_one_that_control_holds",
                f"{_ENGINE}fetcher.py",
                "        line.lease_ms, line.sweep_ms = answer.lease_ms, answer.sweep_ms\n",
                "",
            ),
        ),
    ),
    Trial(
        17,
        "taking all that is old costs much and recovers little",
        (
            Naive(
                "a sweep is one page",
                f"{_UNIT}sweeper.py::test_a_sweep_goes_on_until_a_page_is_short",
                f"{_ENGINE}sweeper.py",
                "if not swept.more:",
                "if swept.jobs or not swept.more:",
            ),
            Naive(
                "a full page says nothing of more",
                f"{_SCRIPTS}reclaim.py::test_many_are_taken_page_by_page",
                f"{_LUA}reclaim.lua",
                "more = more or #page == PAGE",
                "more = false",
            ),
        ),
    ),
    Trial(
        18,
        "a count over three streams is one for each",
        (
            Naive(
                "each stream gives as many as there are places",
                f"{_SCRIPTS}guards_acquire.py::test_the_streams_together_give_no_more_than_the_places",
                f"{_LUA}acquire.lua",
                "math.min(places - taken, MOST - seen)",
                "math.min(places, MOST - seen)",
            ),
        ),
    ),
    Trial(
        19,
        "batches that hold the server up",
        (
            Naive(
                "a call takes any number of items",
                f"{_SCRIPTS}bounds.py::test_the_script_refuses_251_items",
                f"{_LUA}include/bounds.lua",
                "if count > 250 or",
                "if",
            ),
            Naive(
                "an acquire hands over any number of bytes",
                f"{_SCRIPTS}acquire.py::test_large_payloads_stop_a_call_at_its_bytes",
                f"{_LUA}acquire.lua",
                " and bytes < max_bytes do",
                " do",
            ),
        ),
    ),
    Trial(
        20,
        "one long match holds the interpreter, and the renewer with it",
        (
            Naive(
                "a pattern sees a text of any length",
                f"{_UNIT}rules.py::test_patterns_see_the_beginning_of_a_text",
                f"{_JOBS}scoring/patterns.py",
                "text[:LONGEST_SEARCHED]",
                "text",
            ),
            Naive(
                "a pattern may take exponential time",
                f"{_UNIT}rules.py::test_unsafe_patterns_are_refused",
                f"{_JOBS}scoring/patterns.py",
                "    _check(pattern)\n",
                "",
            ),
        ),
    ),
    Trial(
        21,
        "events cannot carry results",
        (
            Naive(
                "who waits looks at the record only when an event comes",
                f"{_INTEGRATION}client_result.py::test_a_run_whose_events_are_gone_is_looked_at",
                f"{_ENGINE}queue.py",
                "min(LOOK_S, left_s)",
                "left_s",
            ),
            Naive(
                "a reader does not see that events are gone",
                f"{_INTEGRATION}operating.py::test_a_gap_is_told_once",
                f"{_ENGINE}viewer.py",
                "EventPage(decode_events(queue, entries), after, gap)",
                "EventPage(decode_events(queue, entries), after, gap=False)",
            ),
        ),
    ),
    Trial(
        22,
        "smaller ones",
        (
            Naive(
                "a name may hold braces",
                f"{_UNIT}keys.py::test_a_name_that_could_break_a_key_is_refused",
                f"{_ENGINE}streams/keys.py",
                "[A-Za-z0-9_.-]{1,100}",
                "[A-Za-z0-9_.{}-]{1,100}",
            ),
            Naive(
                "a backward clock takes tokens",
                f"{_SCRIPTS}rate.py::test_an_empty_bucket_fills_after_a_backward_step",
                f"{_LUA}include/tokens.lua",
                "    bucket.from_future = tonumber(stored[2]) > now\n",
                "",
            ),
            Naive(
                "a stop waits for handlers before it gives back",
                f"{_INTEGRATION}shutdown.py::test_a_handler_that_ignores_the_stop_does_not_keep_the_process",
                f"{_ENGINE}runner.py",
                "            self._settler.add(running, Release())\n",
                "",
            ),
            Naive(
                "a job may have no time limit",
                f"{_UNIT}registry.py::test_a_wrong_setting_of_a_job_is_told",
                f"{_ENGINE}registry.py",
                "_require(0 < self.timeout_s < 10**7,",
                "_require(0 < self.timeout_s,",
            ),
            Naive(
                "numbers are written by Lua's own hand",
                f"{_SCRIPTS}acquire.py::test_fences_rise_through_a_backward_clock",
                f"{_LUA}include/digits.lua",
                "string.format('%d', number)",
                "tostring(number)",
            ),
            Naive(
                "a consumer goes with what it holds",
                f"{_SCRIPTS}reclaim.py::test_a_dead_consumer_goes_once_it_holds_nothing",
                f"{_LUA}reclaim.lua",
                "if not mine.err and #mine == 0 then",
                "if not mine.err then",
            ),
            Naive(
                "a lost stream stays lost",
                f"{_SCRIPTS}repair.py::test_a_lost_stream_is_rebuilt_in_the_order_of_its_marks",
                f"{_LUA}repair.lua",
                "  redis.call('HSET', job.key, 'at', stream .. ' ' .. entry)\n  woken = true\n",
                "  redis.call('XDEL', STREAMS[stream], entry)\n",
            ),
        ),
    ),
)
