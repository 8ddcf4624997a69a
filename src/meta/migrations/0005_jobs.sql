-- Work that outlives a request (deletion, retention, re-pricing, exports, …): one row per job. No foreign keys: the job
-- that removes a project outlives it. Times are microseconds since the epoch, UTC.
-- state: queued (from run_at on), running (until lease_until, then anybody may claim it again), done, dead (gave up).
-- fence: grows with every claim; only who knows the newest may write. point: how far the work has come, as JSON, written
-- by its handler and given to it when it starts again.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  project_id TEXT,
  idempotency_key TEXT,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  attempts_max BIGINT NOT NULL,
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  worker TEXT NOT NULL,
  done_items BIGINT NOT NULL,
  total_items BIGINT,
  point TEXT NOT NULL,
  error TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  finished_at BIGINT,
  CHECK (state IN ('queued', 'running', 'done', 'dead'))
);
CREATE UNIQUE INDEX jobs_idempotency ON jobs (kind, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_open ON jobs (state, run_at) WHERE state != 'done';
CREATE INDEX jobs_project ON jobs (project_id, created_at);
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
