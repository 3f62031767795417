"""What the README promises of Pick'd's jobs, each with its test and its guard."""

from __future__ import annotations

from tests.mutants.promise import Promise

_UNIT, _INTEGRATION = "tests/unit/test_", "tests/integration/test_"

_INGEST = (
    Promise(
        "then a delivery that was overtaken does no harm.",
        f"{_INTEGRATION}ingest_resume.py::test_lower_fence_writes_nothing",
        "jobs/ingestion/connector.py",
        "AND fence <= $3 RETURNING fence",
        "RETURNING fence",
    ),
    Promise(
        "Private messages and who reported a review are never stored.",
        f"{_UNIT}hellopeter_rows.py::test_response",
        "jobs/connectors/hellopeter_rows.py",
        'return self.type == "Public"',
        "return True",
    ),
    Promise(
        "A sync during which reviews disappear from a listing leaves `lastSyncedAt` alone",
        f"{_INTEGRATION}ingest_moving.py::test_a_review_that_slipped_past_is_found_by_the_next_sync",
        "jobs/ingestion/finish.py",
        "cut=run.state.cut or run.state.slipped",
        "cut=run.state.cut",
    ),
    Promise(
        "only with `complete` is a review that is missing from it marked as removed.",
        f"{_INTEGRATION}ingest_files.py::test_what_is_no_longer_in_the_file",
        "jobs/connectors/files/source.py",
        "return self._settings.complete",
        "return True",
    ),
    Promise(
        "the folder in which each tenant has one, named by its id, whose files its connectors in mode `file` may read",
        f"{_UNIT}file_folder.py::test_no_way_out",
        "jobs/connectors/files/folder.py",
        "if not target.is_relative_to(folder):",
        "if False:",
    ),
)

_CONNECTORS = (
    Promise(
        "each connection resolves its name once, checks every address and goes to the one that it checked",
        f"{_UNIT}guard.py::test_one_bad_address_is_enough",
        "jobs/connectors/guard.py",
        "        for address in addresses:\n            kind",
        "        for address in addresses[:1]:\n            kind",
    ),
    Promise(
        "each connection resolves its name once, checks every address and goes to the one that it checked",
        f"{_UNIT}guard.py::test_the_checked_address_is_reached_under_its_name",
        "jobs/connectors/guard.py",
        "connect_tcp(str(address), port,",
        "connect_tcp(host, port,",
    ),
    Promise(
        "redirects are not followed.",
        f"{_UNIT}guard.py::test_redirects_are_not_followed",
        "jobs/connectors/http.py",
        "follow_redirects=False,",
        "follow_redirects=True,",
    ),
    Promise(
        "`CONNECTOR_ALLOW_PRIVATE` lists exceptions.",
        f"{_INTEGRATION}guard.py::test_loopback_is_closed_unless_listed",
        "jobs/connectors/guard.py",
        "            if kind is not None:\n",
        "            if kind is None:\n",
    ),
    Promise(
        "Credentials are stored encrypted (AES-256-GCM, bound to their connector).",
        f"{_UNIT}credentials.py::test_a_text_opens_at_its_own_place_only",
        "jobs/credentials/vault.py",
        "encode([_VERSION, place.tenant_id, place.connector_id])",
        "encode([_VERSION])",
    ),
    Promise(
        "older keys that still decrypt",
        f"{_UNIT}credentials.py::test_an_old_key_still_opens",
        "jobs/credentials/keys.py",
        "[*named, *((OLD_KEYS_VARIABLE, text) for text in older)]",
        "named",
    ),
)

_SCORES = (
    Promise(
        "a run keeps what its first attempt found.",
        f"{_INTEGRATION}score_versions.py::test_a_retry_keeps_what_the_first_attempt_found",
        "jobs/scoring/runs.py",
        "    if pinned is None:\n",
        "    if True:\n",
    ),
    Promise(
        "Numbers out of bounds are moved to the bound and logged",
        f"{_UNIT}overrides.py::test_numbers_are_kept_within_their_bounds",
        "jobs/scoring/bounds.py",
        "        return kind.ge\n",
        "        return number\n",
    ),
    Promise(
        "A task has one row in `fix_scores`, replaced each time.",
        f"{_INTEGRATION}fix_scores.py::test_an_older_delivery_does_not_replace_a_newer_ones",
        "jobs/scoring/fix_results.py",
        "    WHERE fix_scores.fence <= excluded.fence\n",
        "",
    ),
    Promise(
        "the other tasks have theirs.",
        f"{_INTEGRATION}fix_scores.py::test_an_error_of_one_task_is_its_own",
        "jobs/scoring/fix_measure.py",
        "            skipped.append(skip(task.id, error))\n",
        "            raise\n",
    ),
)

_KEEPING = (
    Promise(
        "a worker refuses another schema (exit 4).",
        f"{_INTEGRATION}migrate.py::test_an_older_schema_is_refused",
        "jobs/database/migrate.py",
        "    if state.pending:\n",
        "    if False:\n",
    ),
    Promise(
        "sets runs whose job is not live to FAILED with the engine's reason.",
        f"{_INTEGRATION}maintenance.py::test_a_failed_jobs_run",
        "jobs/maintenance.py",
        '        return status.failed_reason or "its job failed"\n',
        "        return None\n",
    ),
)

JOBS: tuple[Promise, ...] = (*_INGEST, *_CONNECTORS, *_SCORES, *_KEEPING)
