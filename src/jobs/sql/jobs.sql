-- Jobs: what waits, who works on it, what became of it.

-- name: insert_job
INSERT INTO jobs (id, kind, project_id, idempotency_key, payload, state, run_at, attempts, attempts_max, fence,
  lease_until, worker, done_items, total_items, point, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, $7, 0, 0, '', 0, NULL, '', $8, $8)
ON CONFLICT (kind, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING

-- name: find_by_key
SELECT id FROM jobs WHERE kind = $1 AND idempotency_key = $2

-- name: find_job
SELECT id, kind, project_id, payload, state, run_at, attempts, attempts_max, fence, done_items, total_items, point,
  error, created_at, updated_at, finished_at FROM jobs WHERE id = $1

-- name: list_of_project
SELECT id, kind, project_id, payload, state, run_at, attempts, attempts_max, fence, done_items, total_items, point,
  error, created_at, updated_at, finished_at FROM jobs WHERE project_id = $1 ORDER BY created_at DESC, id LIMIT $2

-- name: last_of_project
SELECT id, kind, project_id, payload, state, run_at, attempts, attempts_max, fence, done_items, total_items, point,
  error, created_at, updated_at, finished_at FROM jobs WHERE project_id = $1 AND kind = $2
ORDER BY created_at DESC, id LIMIT 1

-- name: list_in_state
SELECT id, kind, project_id, payload, state, run_at, attempts, attempts_max, fence, done_items, total_items, point,
  error, created_at, updated_at, finished_at FROM jobs WHERE state = $1 ORDER BY updated_at DESC, id LIMIT $2

-- name: due_kinds
SELECT DISTINCT kind FROM jobs WHERE (state = 'queued' AND run_at <= $1) OR (state = 'running' AND lease_until < $1)

-- name: bury_lost
UPDATE jobs SET state = 'dead', error = 'its worker was lost in every attempt', finished_at = $2, updated_at = $2
WHERE kind = $1 AND state = 'running' AND lease_until < $2 AND attempts >= attempts_max

-- name: claim
UPDATE jobs SET state = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = $3, worker = $4,
  updated_at = $2
WHERE id = (SELECT id FROM jobs WHERE kind = $1 AND ((state = 'queued' AND run_at <= $2) OR
  (state = 'running' AND lease_until < $2)) ORDER BY run_at, id LIMIT 1)
RETURNING id, kind, project_id, payload, state, run_at, attempts, attempts_max, fence, done_items, total_items, point,
  error, created_at, updated_at, finished_at

-- name: extend
UPDATE jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'

-- name: checkpoint
UPDATE jobs SET point = $3, done_items = $4, total_items = $5, updated_at = $6
WHERE id = $1 AND fence = $2 AND state = 'running'

-- name: finish
UPDATE jobs SET state = 'done', error = NULL, finished_at = $3, updated_at = $3, lease_until = 0
WHERE id = $1 AND fence = $2 AND state = 'running'

-- name: put_back
UPDATE jobs SET state = 'queued', run_at = $3, error = $4, attempts = attempts - $5, updated_at = $6, lease_until = 0
WHERE id = $1 AND fence = $2 AND state = 'running'

-- name: bury
UPDATE jobs SET state = 'dead', error = $3, finished_at = $4, updated_at = $4, lease_until = 0
WHERE id = $1 AND fence = $2 AND state = 'running'

-- name: retry_dead
UPDATE jobs SET state = 'queued', run_at = $2, attempts = 0, finished_at = NULL, updated_at = $2
WHERE id = $1 AND state = 'dead'

-- name: count_states
SELECT state, count(*), CAST(min(run_at) AS BIGINT) FROM jobs WHERE state != 'done' GROUP BY state

-- name: forget
DELETE FROM jobs WHERE finished_at IS NOT NULL AND ((state = 'done' AND finished_at < $1) OR
  (state = 'dead' AND finished_at < $2))
