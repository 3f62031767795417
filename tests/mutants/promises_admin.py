"""What the README promises of the admin and of what operators change."""

from __future__ import annotations

from tests.mutants.promise import Promise

_SCRIPTS, _UNIT, _INTEGRATION = "tests/scripts/test_", "tests/unit/test_", "tests/integration/test_"
_CONTRACT, _TUI = "tests/contract/test_", "tests/tui/test_"
_LUA, _ENGINE, _ADMIN = "engine/streams/lua/", "engine/", "admin_tui/"

_READ_ONLY = (
    Promise(
        "nothing can be changed",
        f"{_TUI}session.py::test_without_write_there_are_no_hands",
        f"{_ADMIN}session.py",
        "    if not wanted.write:\n        viewer",
        "    if False:\n        viewer",
    ),
    Promise(
        "nothing can be changed",
        f"{_INTEGRATION}operations.py::test_a_viewer_has_no_hands",
        f"{_ENGINE}app.py",
        "            yield Viewer(",
        "            yield Inspector(",
    ),
    Promise(
        "nothing can be changed",
        f"{_TUI}tiers.py::test_a_shut_gate_refuses_every_deed",
        f"{_ADMIN}actions/gate.py",
        "        if not self.writes:\n",
        "        if False:\n",
    ),
)

_WRITTEN_DOWN = (
    Promise(
        "each is planned, confirmed by its weight, and written down",
        f"{_SCRIPTS}operation.py::test_an_operation_is_in_the_book_once",
        f"{_LUA}operation.lua",
        "  write_book(KEYS[4], plan.action, given[2], plan.selection, given[3], plan.of or '', id)\n",
        "",
    ),
    Promise(
        "each is planned, confirmed by its weight, and written down",
        f"{_SCRIPTS}operation.py::test_another_number_of_jobs_than_was_confirmed_is_not_begun",
        f"{_LUA}operation.lua",
        "elseif will ~= whole(given[1]) then",
        "elseif false then",
    ),
    Promise(
        "confirmed by its weight",
        f"{_TUI}tiers.py::test_a_plan_can_only_raise_the_tier",
        f"{_ADMIN}actions/tiers.py",
        " or count > MANY",
        "",
    ),
    Promise(
        "every change by an operator: who, when, what, why",
        f"{_INTEGRATION}operations.py::test_the_book_has_a_change_before_it_is_made",
        f"{_ENGINE}inspector.py",
        "        written = self._store.submit(book(self._keys(queue), entry))\n"
        "        _, answer = await asyncio.gather(written, self._store.submit(call))\n",
        "        made = self._store.submit(call)\n"
        "        answer, _ = await asyncio.gather(made, self._store.submit(book(self._keys(queue), entry)))\n",
    ),
    Promise(
        "every change by an operator: who, when, what, why",
        f"{_INTEGRATION}sync_client.py::test_what_cannot_be_written_down_is_not_done",
        f"{_ENGINE}sync_client.py",
        "        self._pool.run(book(line.keys, entry))\n        return self._pool.run(call)\n",
        "        answer = self._pool.run(call)\n        self._pool.run(book(line.keys, entry))\n"
        "        return answer\n",
    ),
    Promise(
        "every change by an operator: who, when, what, why",
        f"{_CONTRACT}job.py::test_a_job_that_is_not_there_is_none",
        f"{_ENGINE}inspector.py",
        '        await self._store.run(book(self._keys(queue), Entry("reveal", self._actor, job_id, reason)))\n',
        "",
    ),
)

_AS_IT_WAS_SEEN = (
    Promise(
        "An action names the run and the state that were on the screen",
        f"{_INTEGRATION}operations.py::test_what_changed_since_it_was_seen_is_skipped",
        f"{_LUA}include/judge.lua",
        "elseif job.run ~= run then",
        "elseif false then",
    ),
    Promise(
        "An action names the run and the state that were on the screen",
        f"{_CONTRACT}plans.py::test_a_job_in_another_state_than_seen_is_skipped",
        f"{_LUA}include/judge.lua",
        "elseif job.state ~= state then",
        "elseif false then",
    ),
    Promise(
        "a job that has changed since is skipped, never hit.",
        f"{_SCRIPTS}operation.py::test_a_job_that_changed_since_it_was_seen_is_skipped",
        f"{_LUA}operation.lua",
        "or not batch and not judge(operation.deed, read_seen(KEYS[5] .. job, operation.deed), run, state)",
        "or not batch",
    ),
)

_TAKEN_BACK = (
    Promise(
        "can be taken back for 15 minutes where the job has not started, trash for 24 hours",
        f"{_SCRIPTS}operation.py::test_undo_is_too_late_after_fifteen_minutes",
        f"{_LUA}operation.lua",
        "now_ms <= (whole(undone.undo_until) or 0) and undone",
        "undone",
    ),
    Promise(
        "can be taken back for 15 minutes where the job has not started, trash for 24 hours",
        f"{_SCRIPTS}revert.py::test_a_run_that_was_handed_over_since_is_left_alone",
        f"{_LUA}revert.lua",
        "kept[1] ~= job.at then",
        "false then",
    ),
    Promise(
        "can be taken back for 15 minutes where the job has not started, trash for 24 hours",
        f"{_SCRIPTS}operation.py::test_how_long_other_actions_can_be_taken_back",
        f"{_LUA}operation.lua",
        "trash = DAY_MS,",
        "trash = 900000,",
    ),
    Promise(
        "`delete` and `clean` are for good.",
        f"{_SCRIPTS}operation.py::test_how_long_other_actions_can_be_taken_back",
        f"{_LUA}operation.lua",
        "UNDO_MS[operation.deed] or 0",
        "UNDO_MS[operation.deed] or DAY_MS",
    ),
    Promise(
        "prune deletes it a day later; restore takes it back",
        f"{_SCRIPTS}trash.py::test_a_day_later_it_is_deleted",
        f"{_LUA}prune.lua",
        "  prune(KEYS[6], tonumber(ARGV[9]), -1),\n",
        "",
    ),
)

_GOES_ON = (
    Promise(
        "An operation on many jobs goes on when the admin is closed: a worker carries it.",
        f"{_INTEGRATION}operations.py::test_a_worker_goes_on_when_its_driver_is_gone",
        f"{_ENGINE}services.py",
        '            self._background.keep("continuer", continuer.once, continuer.interval_s)\n',
        "            pass\n",
    ),
    Promise(
        "An operation on many jobs goes on when the admin is closed: a worker carries it.",
        f"{_SCRIPTS}operation.py::test_a_batch_is_counted_once_however_often_it_is_sent",
        f"{_LUA}operation.lua",
        "elseif cursor ~= whole(given[1]) or not batch then",
        "elseif not batch then",
    ),
)

_SHOWN = (
    Promise(
        "Secrets are taken out of payloads, errors and logs by the engine",
        f"{_CONTRACT}job.py::test_secrets_are_taken_out",
        f"{_ENGINE}details.py",
        "    payload = redact_json(_text(found.payload))\n",
        "    payload = Redacted(_text(found.payload), 0)\n",
    ),
    Promise(
        "Secrets are taken out of payloads, errors and logs by the engine",
        f"{_CONTRACT}job.py::test_secrets_are_taken_out_wherever_a_job_left_them",
        f"{_ENGINE}details.py",
        "    error, stack = redact_text(attempt.error), redact_text(attempt.stack)\n",
        "    error, stack = Redacted(attempt.error, 0), redact_text(attempt.stack)\n",
    ),
    Promise(
        "payloads, errors and logs by the engine",
        f"{_CONTRACT}job.py::test_secrets_are_taken_out_wherever_a_job_left_them",
        f"{_ENGINE}details.py",
        "entry, text=redact_text(entry.text).text)",
        "entry)",
    ),
    Promise(
        "no text of a job reaches the terminal but as text.",
        f"{_TUI}safe.py::test_known_attacks_are_shown_as_numbers",
        f"{_ADMIN}text/safe.py",
        '_UNSAFE = frozenset({"Cc", "Cf",',
        '_UNSAFE = frozenset({"Cf",',
    ),
    Promise(
        "failed jobs by the fingerprint of their error",
        f"{_SCRIPTS}groups.py::test_failures_of_one_fingerprint_are_a_group",
        f"{_LUA}include/join_groups.lua",
        "if known and rank_group(groups, fingerprint, now_ms) then",
        "if false then",
    ),
)

ADMIN: tuple[Promise, ...] = (*_READ_ONLY, *_WRITTEN_DOWN, *_AS_IT_WAS_SEEN, *_TAKEN_BACK, *_GOES_ON, *_SHOWN)
