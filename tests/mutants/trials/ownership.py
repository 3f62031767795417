"""Flaws about who owns a job, and what becomes of it when its worker or its record fails."""

from __future__ import annotations

from tests.mutants.trials.trial import Naive, Trial

_LUA = "engine/streams/lua/"
_ENGINE = "engine/"
_SCRIPTS = "tests/scripts/test_"
_UNIT = "tests/unit/test_"
_INTEGRATION = "tests/integration/test_"

TRIALS = (
    Trial(
        1,
        "a token that is born at enqueue can be delivered twice",
        (
            Naive(
                "a job that a new group hands over again keeps its token",
                f"{_SCRIPTS}acquire.py::test_a_lost_group_delivers_again_under_a_new_fence",
                f"{_LUA}acquire.lua",
                "digits(fence), record[3]",
                "before and before.fence or digits(fence), record[3]",
            ),
            Naive(
                "a fence is the clock's time alone",
                f"{_SCRIPTS}acquire.py::test_fences_rise_through_a_backward_clock",
                f"{_LUA}acquire.lua",
                "fence = now > fence and now or fence + 1",
                "fence = now",
            ),
            Naive(
                "whoever names the job may settle it",
                f"{_SCRIPTS}settle.py::test_a_delivery_that_was_taken_away_settles_nothing",
                f"{_LUA}settle.lua",
                "if owner == fence then",
                "if owner then",
            ),
            Naive(
                "a stale owner renews its entry back",
                f"{_SCRIPTS}renew.py::test_a_stale_owner_cannot_take_its_entry_back",
                f"{_LUA}renew.lua",
                "if not holding or holding.fence ~= ARGV[i + 1] then",
                "if not holding then",
            ),
        ),
    ),
    Trial(
        2,
        "one poison job fails its neighbours",
        (
            Naive(
                "reclaim puts the cohort back together",
                f"{_SCRIPTS}suspects.py::test_a_poison_job_fails_alone",
                f"{_LUA}include/hand_back.lua",
                "crashes >= suspect_at and 'suspect' or 'again'",
                "'again'",
            ),
            Naive(
                "a process takes others beside a suspect",
                f"{_UNIT}fetcher.py::test_a_suspect_has_its_process_to_itself",
                f"{_ENGINE}fetcher.py",
                "            self._holding_for = line\n",
                "            self._holding_for = None\n",
            ),
        ),
    ),
    Trial(
        3,
        "one record of a wrong type wedges a batch for ever",
        (
            Naive(
                "a record is read without a net",
                f"{_SCRIPTS}bad_records.py::test_a_bad_record_is_set_aside_and_its_neighbours_run",
                f"{_LUA}include/record.lua",
                "redis.pcall('HMGET'",
                "redis.call('HMGET'",
            ),
            Naive(
                "every error means a bad record",
                f"{_SCRIPTS}guards_records.py::test_a_record_whose_fields_may_not_be_read_is_not_bad",
                f"{_LUA}include/record.lua",
                "if not string.find(failed.err, 'WRONGTYPE', 1, true) then",
                "if false then",
            ),
            Naive(
                "the entry goes before the bytes are kept",
                f"{_SCRIPTS}guards_records.py::test_what_cannot_be_kept_is_not_dropped",
                f"{_LUA}acquire.lua",
                "    set_aside(KEYS[10], key, id, stream, entry)\n",
                "    discard(stream, entry)\n    set_aside(KEYS[10], key, id, stream, entry)\n",
            ),
        ),
    ),
    Trial(
        4,
        "retention deletes live jobs",
        (
            Naive(
                "an ended record expires by itself",
                f"{_SCRIPTS}settle.py::test_each_verb_leads_to_its_state",
                f"{_LUA}settle.lua",
                "'attempts', charged, 'result', result)\n",
                "'attempts', charged, 'result', result)\n  redis.pcall('PEXPIRE', key, '600000')\n",
            ),
            Naive(
                "a new run stays in the index of the ended one",
                f"{_SCRIPTS}enqueue.py::test_retention_cannot_delete_a_job_that_was_enqueued_again",
                f"{_LUA}enqueue.lua",
                "    leave_end(ENDS, KEYS[17], key, id, ends[n])\n",
                "",
            ),
            Naive(
                "a requeued run stays in the index of the ended one",
                f"{_SCRIPTS}requeue.py::test_a_failed_run_waits_again_with_everything_anew",
                f"{_LUA}requeue.lua",
                "    redis.call('ZREM', ENDS[record[1]], job.id)\n",
                "",
            ),
            Naive(
                "counts are of the whole index",
                f"{_SCRIPTS}reads.py::test_counts_are_of_every_state",
                f"{_LUA}include/tally_queue.lua",
                "redis.call('ZCOUNT', set, digits(now_ms - kept_ms[n]), '+inf')",
                "redis.call('ZCARD', set)",
            ),
            Naive(
                "prune deletes from the tenant's index",
                f"{_SCRIPTS}prune.py::test_the_tenants_index_is_left_to_expire",
                f"{_LUA}prune.lua",
                "  redis.call('ZREM', set, unpack(ids))\n",
                "  redis.call('ZREM', set, unpack(ids))\n"
                "  for _, key in ipairs(redis.call('KEYS', '*:tenant:*')) do\n"
                "    redis.call('ZREM', key, unpack(ids))\n  end\n",
            ),
        ),
    ),
    Trial(
        5,
        "an outage longer than a lease takes every running job",
        (
            Naive(
                "the first sweeper takes what has run out",
                f"{_SCRIPTS}reclaim.py::test_after_an_outage_nothing_is_taken_for_a_lease",
                f"{_LUA}include/seen.lua",
                "now - last > patience or",
                "",
            ),
            Naive(
                "a sweep from the future closes nothing",
                f"{_SCRIPTS}guards_reclaim.py::test_a_short_backward_step_closes_the_gate_too",
                f"{_LUA}include/seen.lua",
                " or last > now then",
                " then",
            ),
            Naive(
                "an outcome is dropped with its lease",
                f"{_UNIT}settler.py::test_without_an_answer_everything_is_sent_again_in_order",
                f"{_ENGINE}settler.py",
                "                again[queue].extendleft(reversed(batch))\n",
                "",
            ),
        ),
    ),
    Trial(
        6,
        "WORKER_ID is the consumer's name",
        (
            Naive(
                "a new process of a label takes the old one's jobs",
                f"{_INTEGRATION}worker_life.py::test_two_workers_of_one_label_share_nothing",
                f"{_ENGINE}services.py",
                'f"{settings.worker_id}~{secrets.token_hex(4)}"',
                "settings.worker_id",
            ),
        ),
    ),
    Trial(
        7,
        "a job given back waits behind all others",
        (
            Naive(
                "release and reclaim add to the tail",
                f"{_SCRIPTS}acquire.py::test_released_jobs_come_before_those_that_wait",
                f"{_LUA}include/hand_back.lua",
                "crashes >= suspect_at and 'suspect' or 'again'",
                "crashes >= suspect_at and 'suspect' or 'ready'",
            ),
        ),
    ),
    Trial(
        8,
        "listing one's own entries once, at once, is too early",
        (
            Naive(
                "what a late reply may still bring is given back",
                f"{_SCRIPTS}renew.py::test_an_entry_of_a_lost_reply_is_given_back_uncharged",
                f"{_LUA}renew.lua",
                "math.max(limits.lease_ms, tonumber(ARGV[4])) / 2 + skew / 1000",
                "skew / 1000",
            ),
            Naive(
                "nothing is ever given back",
                f"{_SCRIPTS}renew.py::test_an_entry_of_a_lost_reply_is_given_back_uncharged",
                f"{_LUA}renew.lua",
                "ipairs(idle_entries(stream, idle_ms, consumer))",
                "ipairs({})",
            ),
            Naive(
                "a hung job that is renewed no more is a stray",
                f"{_SCRIPTS}guards_renew.py::test_what_is_known_and_renewed_no_more_is_no_stray",
                f"{_LUA}renew.lua",
                " and not known[holding.fence] then",
                " then",
            ),
        ),
    ),
)
