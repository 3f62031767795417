-- Pick'd's tables. Ids are text. A tenant is one branch; whatever belongs to a tenant carries tenant_id and points
-- at other rows by (tenant_id, id), so that no row can lead into another tenant. Needs PostgreSQL 15, no extension.

-- A customer of Pick'd, the owner of tenants and of themes of its own.
CREATE TABLE organisations (
    id          text PRIMARY KEY CHECK (id <> ''),
    name        text NOT NULL CHECK (name <> ''),
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- One branch. Its IANA zone decides where the days of a scoring period begin.
CREATE TABLE tenants (
    id               text PRIMARY KEY CHECK (id <> ''),
    organisation_id  text NOT NULL REFERENCES organisations ON DELETE CASCADE,
    name             text NOT NULL CHECK (name <> ''),
    slug             text NOT NULL UNIQUE,
    timezone         text NOT NULL DEFAULT 'Africa/Johannesburg' CHECK (timezone <> ''),
    is_active        boolean NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON tenants (organisation_id);

-- One location of one tenant at one source. `fence` is the highest job fence that wrote here: a lower one must not.
-- `last_synced_at` is the start of the last run that left no hole before it; NULL means that nothing is complete.
CREATE TABLE connectors (
    id              text PRIMARY KEY CHECK (id <> ''),
    tenant_id       text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    source_type     text NOT NULL CHECK (source_type IN (
                        'GOOGLE', 'GOOGLE_OUTSCRAPER', 'BOOKING', 'HELLOPETER', 'FACEBOOK', 'TRIPADVISOR', 'YELP',
                        'ZOMATO', 'OPENTABLE', 'WEBSITE', 'INSTAGRAM', 'TWITTER', 'TILL_SLIP')),
    name            text NOT NULL,
    external_id     text,
    external_url    text,
    settings        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    credentials     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(credentials) = 'object'),
    sync_frequency  text NOT NULL DEFAULT 'DAILY' CHECK (sync_frequency IN ('HOURLY', 'DAILY', 'WEEKLY', 'MANUAL')),
    last_synced_at  timestamptz,
    next_sync_at    timestamptz,
    status          text NOT NULL DEFAULT 'PENDING' CHECK (status IN (
                        'PENDING', 'ACTIVE', 'PAUSED', 'ERROR', 'DISCONNECTED')),
    error_message   text,
    error_count     integer NOT NULL DEFAULT 0 CHECK (error_count >= 0),
    is_active       boolean NOT NULL DEFAULT true,
    fence           bigint NOT NULL DEFAULT 0 CHECK (fence >= 0),
    created_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, source_type, external_id)
);

-- One run of an ingest job, kept over its retries. `since` is what it reads back to (NULL: everything), pinned at the
-- first attempt; `pagination_state` is where the next attempt goes on; `updated_at` is its last sign of life.
CREATE TABLE ingestion_runs (
    id                 text PRIMARY KEY,
    tenant_id          text NOT NULL,
    connector_id       text NOT NULL,
    job_id             text NOT NULL,
    job_run            bigint NOT NULL,
    run_type           text NOT NULL CHECK (run_type IN ('SCHEDULED', 'MANUAL', 'BACKFILL', 'RETRY')),
    status             text NOT NULL DEFAULT 'RUNNING' CHECK (status IN (
                           'PENDING', 'RUNNING', 'COMPLETED', 'PARTIAL', 'FAILED')),
    since              timestamptz,
    max_reviews        integer CHECK (max_reviews BETWEEN 1 AND 10000),
    pagination_state   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(pagination_state) = 'object'),
    fence              bigint NOT NULL DEFAULT 0 CHECK (fence >= 0),
    reviews_fetched    integer NOT NULL DEFAULT 0 CHECK (reviews_fetched >= 0),
    reviews_created    integer NOT NULL DEFAULT 0 CHECK (reviews_created >= 0),
    reviews_updated    integer NOT NULL DEFAULT 0 CHECK (reviews_updated >= 0),
    reviews_skipped    integer NOT NULL DEFAULT 0 CHECK (reviews_skipped >= 0),
    duplicates_found   integer NOT NULL DEFAULT 0 CHECK (duplicates_found >= 0),
    reviews_removed    integer NOT NULL DEFAULT 0 CHECK (reviews_removed >= 0),
    error_count        integer NOT NULL DEFAULT 0 CHECK (error_count >= 0),
    error_message      text,
    triggered_by_id    text,
    correlation_id     text,
    started_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    completed_at       timestamptz,
    UNIQUE (tenant_id, id),
    UNIQUE (connector_id, job_id, job_run),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id) ON DELETE CASCADE,
    CHECK (reviews_fetched = reviews_created + reviews_updated + reviews_skipped + error_count),
    CHECK (duplicates_found <= reviews_skipped),
    CHECK (completed_at >= started_at)
);
CREATE INDEX ON ingestion_runs (connector_id, started_at DESC);
CREATE INDEX ON ingestion_runs (status) WHERE status = 'RUNNING';

-- What a running run has met, until it ends: a review shown twice counts once, and one never shown may be gone.
-- `changed`: it is new or its words are, so that its likeness to others is to be computed.
CREATE TABLE ingestion_seen (
    ingestion_run_id    text NOT NULL REFERENCES ingestion_runs ON DELETE CASCADE,
    external_review_id  text NOT NULL,
    changed             boolean NOT NULL DEFAULT false,
    PRIMARY KEY (ingestion_run_id, external_review_id)
);

-- Rows that a source sent and that could not be stored: the first hundred of a run.
CREATE TABLE ingestion_errors (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id           text NOT NULL,
    ingestion_run_id    text NOT NULL,
    error_type          text NOT NULL CHECK (error_type IN (
                            'API_ERROR', 'RATE_LIMIT', 'AUTH_FAILURE', 'PARSE_ERROR', 'VALIDATION_ERROR', 'DUPLICATE',
                            'TIMEOUT', 'UNKNOWN')),
    external_review_id  text,
    error_message       text NOT NULL,
    is_retryable        boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, ingestion_run_id) REFERENCES ingestion_runs (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ON ingestion_errors (ingestion_run_id);

-- A review as it reads now. `version` rises with its words, rating or reply, not with its counters. `duplicate_of` is
-- the same text at another connector of the tenant: kept, but not scored. `duplicate_similarity` is that of the most
-- alike earlier review; NULL: none is alike. `removed_at`: gone at the source.
CREATE TABLE reviews (
    id                    text PRIMARY KEY,
    tenant_id             text NOT NULL,
    connector_id          text NOT NULL,
    external_review_id    text NOT NULL CHECK (external_review_id <> ''),
    source_type           text NOT NULL,
    rating                numeric(2,1) CHECK (rating BETWEEN 1 AND 5),
    title                 text CHECK (title <> ''),
    content               text CHECK (content <> ''),
    author_name           text,
    author_id             text,
    review_date           timestamptz NOT NULL,
    response_text         text CHECK (response_text <> ''),
    response_date         timestamptz,
    likes_count           integer NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
    replies_count         integer NOT NULL DEFAULT 0 CHECK (replies_count >= 0),
    helpful_count         integer NOT NULL DEFAULT 0 CHECK (helpful_count >= 0),
    detected_language     text,
    content_hash          text,
    text_length           integer NOT NULL DEFAULT 0 CHECK (text_length >= 0),
    duplicate_of          text CHECK (duplicate_of <> id),
    duplicate_similarity  double precision CHECK (duplicate_similarity BETWEEN 0 AND 1),
    quality_flags         text[] NOT NULL DEFAULT '{}' CHECK (quality_flags <@ ARRAY['FUTURE_DATE']),
    version               integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    removed_at            timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (connector_id, external_review_id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, duplicate_of) REFERENCES reviews (tenant_id, id) ON DELETE SET NULL (duplicate_of),
    CHECK (rating IS NOT NULL OR title IS NOT NULL OR content IS NOT NULL)
);
CREATE INDEX ON reviews (tenant_id, review_date DESC, id);
CREATE INDEX ON reviews (connector_id, review_date DESC);
CREATE INDEX ON reviews (tenant_id, content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX ON reviews (tenant_id, duplicate_of) WHERE duplicate_of IS NOT NULL;

-- What a review said before each change: one row a version that is no longer current.
CREATE TABLE review_versions (
    tenant_id           text NOT NULL,
    review_id           text NOT NULL,
    version             integer NOT NULL CHECK (version >= 1),
    rating              numeric(2,1),
    title               text,
    content             text,
    response_text       text,
    response_date       timestamptz,
    replaced_at         timestamptz NOT NULL DEFAULT now(),
    replaced_by_run_id  text,
    PRIMARY KEY (review_id, version),
    FOREIGN KEY (tenant_id, review_id) REFERENCES reviews (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, replaced_by_run_id) REFERENCES ingestion_runs (tenant_id, id)
        ON DELETE SET NULL (replaced_by_run_id)
);

-- What reviews are about. organisation_id NULL: a system theme; an organisation's theme of the same name overrides it.
CREATE TABLE themes (
    id               text PRIMARY KEY CHECK (id <> ''),
    organisation_id  text REFERENCES organisations ON DELETE CASCADE,
    name             text NOT NULL CHECK (name <> ''),
    category         text NOT NULL CHECK (category IN (
                         'SERVICE', 'PRODUCT', 'AMBIANCE', 'VALUE', 'CLEANLINESS', 'LOCATION', 'OTHER')),
    keywords         text[] NOT NULL DEFAULT '{}',
    is_active        boolean NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (organisation_id, name)
);

-- Which text of a review was last searched for themes, with what; also of a review in which nothing was found.
CREATE TABLE review_extractions (
    tenant_id       text NOT NULL,
    review_id       text PRIMARY KEY,
    review_version  integer NOT NULL CHECK (review_version >= 1),
    extractor       text NOT NULL,
    theme_set       text NOT NULL,
    extracted_at    timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, review_id) REFERENCES reviews (tenant_id, id) ON DELETE CASCADE
);

-- A theme that a review mentions. `clause_score` is the mean text score of the clauses that name it; NULL: none has
-- one, take the review's. Hand-made mentions have no extractor and outlive every extraction.
CREATE TABLE review_themes (
    tenant_id       text NOT NULL,
    review_id       text NOT NULL,
    theme_id        text NOT NULL REFERENCES themes ON DELETE CASCADE,
    review_version  integer NOT NULL CHECK (review_version >= 1),
    extractor       text,
    theme_set       text,
    sentiment       text NOT NULL CHECK (sentiment IN ('POSITIVE', 'NEUTRAL', 'NEGATIVE')),
    clause_score    double precision CHECK (clause_score BETWEEN -1 AND 1),
    confidence      double precision CHECK (confidence BETWEEN 0 AND 1),
    excerpt         text,
    keywords        text[] NOT NULL DEFAULT '{}',
    hand_made       boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (review_id, theme_id),
    FOREIGN KEY (tenant_id, review_id) REFERENCES reviews (tenant_id, id) ON DELETE CASCADE,
    CHECK (hand_made OR (extractor IS NOT NULL AND theme_set IS NOT NULL))
);
CREATE INDEX ON review_themes (tenant_id, theme_id);

-- Versions of the scoring parameters; at most one is ACTIVE.
CREATE TABLE parameter_versions (
    id              text PRIMARY KEY CHECK (id <> ''),
    version_number  integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    name            text NOT NULL,
    parameters      jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
    status          text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'ACTIVE', 'ARCHIVED')),
    activated_at    timestamptz,
    activated_by    text,
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON parameter_versions (status) WHERE status = 'ACTIVE';

-- Versions of the confidence and sufficiency rules; at most one is ACTIVE.
CREATE TABLE rule_set_versions (
    id              text PRIMARY KEY CHECK (id <> ''),
    version_number  integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    name            text NOT NULL,
    rules           jsonb NOT NULL CHECK (jsonb_typeof(rules) = 'object'),
    status          text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'ACTIVE', 'ARCHIVED')),
    activated_at    timestamptz,
    activated_by    text,
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON rule_set_versions (status) WHERE status = 'ACTIVE';

-- One run of a score job, kept over its retries. Both days are inclusive, in the tenant's zone. A NULL version is the
-- built-in default; `parameters` is what was used. A period has one COMPLETED run that nothing supersedes.
CREATE TABLE score_runs (
    id                    text PRIMARY KEY,
    tenant_id             text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    job_id                text NOT NULL,
    job_run               bigint NOT NULL,
    run_type              text NOT NULL CHECK (run_type IN (
                              'SCHEDULED', 'MANUAL', 'RECALCULATION', 'PARAMETER_CHANGE')),
    status                text NOT NULL DEFAULT 'RUNNING' CHECK (status IN (
                              'PENDING', 'RUNNING', 'COMPLETED', 'FAILED')),
    period_start          date NOT NULL,
    period_end            date NOT NULL,
    timezone              text NOT NULL,
    parameter_version_id  text REFERENCES parameter_versions,
    rule_set_version_id   text REFERENCES rule_set_versions,
    parameters            jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
    text_model            text NOT NULL,
    extractor             text,
    theme_set             text,
    fingerprint           text,
    fence                 bigint NOT NULL DEFAULT 0 CHECK (fence >= 0),
    superseded_by         text CHECK (superseded_by <> id),
    branch_id             text,
    reviews_processed     integer NOT NULL DEFAULT 0 CHECK (reviews_processed >= 0),
    themes_processed      integer NOT NULL DEFAULT 0 CHECK (themes_processed >= 0),
    fix_scores_computed   integer NOT NULL DEFAULT 0 CHECK (fix_scores_computed >= 0),
    duration_ms           bigint CHECK (duration_ms >= 0),
    error_message         text,
    triggered_by_id       text,
    correlation_id        text,
    started_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    completed_at          timestamptz,
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, job_id, job_run),
    FOREIGN KEY (tenant_id, superseded_by) REFERENCES score_runs (tenant_id, id) ON DELETE SET NULL (superseded_by),
    CHECK (period_start <= period_end AND period_end - period_start <= 365),
    CHECK (status <> 'COMPLETED' OR (fingerprint IS NOT NULL AND completed_at IS NOT NULL)),
    CHECK (completed_at >= started_at)
);
CREATE UNIQUE INDEX ON score_runs (tenant_id, period_start, period_end)
    WHERE status = 'COMPLETED' AND superseded_by IS NULL;
CREATE INDEX ON score_runs (tenant_id, superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX ON score_runs (status) WHERE status = 'RUNNING';

-- A review's score in a run and the factors that it is the product of; `components` explains each.
CREATE TABLE review_scores (
    tenant_id        text NOT NULL,
    score_run_id     text NOT NULL,
    review_id        text NOT NULL,
    sentiment        double precision NOT NULL CHECK (sentiment BETWEEN -1 AND 1),
    w_time           double precision NOT NULL CHECK (w_time BETWEEN 0 AND 1),
    w_source         double precision NOT NULL CHECK (w_source >= 0),
    w_engagement     double precision NOT NULL CHECK (w_engagement >= 0),
    w_confidence     double precision NOT NULL CHECK (w_confidence BETWEEN 0 AND 1),
    weighted_impact  double precision NOT NULL,
    components       jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (score_run_id, review_id),
    FOREIGN KEY (tenant_id, score_run_id) REFERENCES score_runs (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, review_id) REFERENCES reviews (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ON review_scores (review_id);

-- A theme's score in a run; only themes with a mention have one. trend_* NULL: too few mentions to compare.
CREATE TABLE theme_scores (
    tenant_id                text NOT NULL,
    score_run_id             text NOT NULL,
    theme_id                 text NOT NULL REFERENCES themes,
    mention_count            integer NOT NULL CHECK (mention_count >= 1),
    positive_count           integer NOT NULL CHECK (positive_count >= 0),
    neutral_count            integer NOT NULL CHECK (neutral_count >= 0),
    negative_count           integer NOT NULL CHECK (negative_count >= 0),
    sum_weighted_impact      double precision NOT NULL,
    sum_abs_weighted_impact  double precision NOT NULL CHECK (sum_abs_weighted_impact >= 0),
    s_theme                  double precision NOT NULL CHECK (s_theme BETWEEN -1 AND 1),
    score_0_10               double precision NOT NULL CHECK (score_0_10 BETWEEN 0 AND 10),
    severity                 double precision NOT NULL CHECK (severity >= 0),
    trend_direction          text CHECK (trend_direction IN ('IMPROVING', 'STABLE', 'DECLINING')),
    trend_magnitude          double precision,
    PRIMARY KEY (score_run_id, theme_id),
    FOREIGN KEY (tenant_id, score_run_id) REFERENCES score_runs (tenant_id, id) ON DELETE CASCADE,
    CHECK (mention_count = positive_count + neutral_count + negative_count),
    CHECK ((trend_direction IS NULL) = (trend_magnitude IS NULL))
);
CREATE INDEX ON theme_scores (theme_id);

-- Something a branch set out to fix; with a theme and COMPLETED, its effect is measured as a FixScore.
CREATE TABLE tasks (
    id            text PRIMARY KEY CHECK (id <> ''),
    tenant_id     text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    theme_id      text REFERENCES themes ON DELETE SET NULL,
    title         text NOT NULL CHECK (title <> ''),
    priority      text NOT NULL DEFAULT 'MEDIUM' CHECK (priority IN ('URGENT', 'HIGH', 'MEDIUM', 'LOW')),
    status        text NOT NULL DEFAULT 'PENDING' CHECK (status IN (
                      'PENDING', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED')),
    due_date      date,
    started_at    timestamptz,
    completed_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    CHECK (status <> 'COMPLETED' OR completed_at IS NOT NULL)
);
CREATE INDEX ON tasks (tenant_id, completed_at) WHERE status = 'COMPLETED';

-- What a task changed in its theme's sentiment: one row a task, replaced when measured again.
CREATE TABLE fix_scores (
    tenant_id          text NOT NULL,
    task_id            text PRIMARY KEY,
    theme_id           text NOT NULL REFERENCES themes,
    score_run_id       text NOT NULL,
    baseline_score     double precision CHECK (baseline_score BETWEEN -1 AND 1),
    current_score      double precision CHECK (current_score BETWEEN -1 AND 1),
    delta_s            double precision CHECK (delta_s BETWEEN -2 AND 2),
    review_count_pre   integer NOT NULL CHECK (review_count_pre >= 0),
    review_count_post  integer NOT NULL CHECK (review_count_post >= 0),
    confidence         double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    confidence_level   text NOT NULL CHECK (confidence_level IN ('INSUFFICIENT', 'LOW', 'MEDIUM', 'HIGH')),
    fix_score          double precision NOT NULL,
    measurement_start  date NOT NULL,
    measurement_end    date NOT NULL,
    computed_at        timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, score_run_id) REFERENCES score_runs (tenant_id, id) ON DELETE CASCADE,
    CHECK (measurement_start <= measurement_end)
);
CREATE INDEX ON fix_scores (tenant_id, score_run_id);
CREATE INDEX ON fix_scores (theme_id);

-- The nine system themes. Their words are in the extractor; an organisation's theme brings its own as `keywords`.
INSERT INTO themes (id, organisation_id, name, category) VALUES
    ('theme-food-quality',  NULL, 'Food Quality',    'PRODUCT'),
    ('theme-service',       NULL, 'Service',         'SERVICE'),
    ('theme-wait-time',     NULL, 'Wait Time',       'SERVICE'),
    ('theme-ambiance',      NULL, 'Ambiance',        'AMBIANCE'),
    ('theme-cleanliness',   NULL, 'Cleanliness',     'CLEANLINESS'),
    ('theme-value',         NULL, 'Value for Money', 'VALUE'),
    ('theme-menu-variety',  NULL, 'Menu Variety',    'PRODUCT'),
    ('theme-portion-size',  NULL, 'Portion Size',    'PRODUCT'),
    ('theme-location',      NULL, 'Location',        'LOCATION');
