-- What explains a theme's score and a fix's beside their columns; `{}` in rows from before this version.
ALTER TABLE theme_scores
    ADD COLUMN components jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(components) = 'object');
-- Of a side without reviews baseline_score or current_score is NULL, and so is delta_s; fix_score is 0 then. Runs of
-- several periods share a task's row: `fence` is that of the job that wrote it, and a lower one must not.
ALTER TABLE fix_scores
    ADD COLUMN components jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(components) = 'object'),
    ADD COLUMN fence bigint NOT NULL DEFAULT 0 CHECK (fence >= 0);

-- Changes of single parameters for some tenants, sources or themes, merged over the version that is used. What comes
-- later wins: GLOBAL, TENANT (an organisation), BRANCH (a row of tenants), SOURCE, THEME; within one scope the higher
-- priority. Those of a source or a theme may be kept to one organisation or one branch.
CREATE TABLE parameter_overrides (
    id               text PRIMARY KEY CHECK (id <> ''),
    scope            text NOT NULL CHECK (scope IN ('GLOBAL', 'TENANT', 'BRANCH', 'SOURCE', 'THEME')),
    organisation_id  text REFERENCES organisations ON DELETE CASCADE,
    tenant_id        text REFERENCES tenants ON DELETE CASCADE,
    source_type      text CHECK (source_type <> '' AND source_type = upper(source_type)),
    theme_id         text REFERENCES themes ON DELETE CASCADE,
    priority         integer NOT NULL DEFAULT 0,
    parameters       jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
    is_active        boolean NOT NULL DEFAULT true,
    created_by       text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CHECK (scope <> 'GLOBAL' OR (organisation_id IS NULL AND tenant_id IS NULL)),
    CHECK (scope <> 'TENANT' OR (organisation_id IS NOT NULL AND tenant_id IS NULL)),
    CHECK (scope <> 'BRANCH' OR (organisation_id IS NULL AND tenant_id IS NOT NULL)),
    CHECK ((scope = 'SOURCE') = (source_type IS NOT NULL)),
    CHECK ((scope = 'THEME') = (theme_id IS NOT NULL))
);
CREATE INDEX ON parameter_overrides (organisation_id);
CREATE INDEX ON parameter_overrides (tenant_id);
CREATE INDEX ON parameter_overrides (theme_id);

-- A run keeps its parameters as a snapshot that says what they were made from; older runs had no overrides.
UPDATE score_runs
SET parameters = jsonb_build_object(
        'snapshotId', md5(parameters::text),
        'baseVersionId', parameter_version_id,
        'appliedOverrideIds', '[]'::jsonb,
        'parameters', parameters,
        'context', jsonb_build_object('organisationId', t.organisation_id, 'tenantId', t.id),
        'narrow', '[]'::jsonb)
FROM tenants t
WHERE t.id = score_runs.tenant_id;
