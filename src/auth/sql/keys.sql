-- API keys as the authenticator sees them.

-- name: find_key_by_secret_hash
SELECT k.id, k.scope, k.public_key, k.expires_at, k.project_id, coalesce(k.organization_id, p.organization_id),
  p.deleted_at
FROM api_keys k LEFT JOIN projects p ON p.id = k.project_id WHERE k.secret_hash = $1

-- name: find_key_by_public_key
SELECT k.id, k.scope, k.public_key, k.expires_at, k.project_id, coalesce(k.organization_id, p.organization_id),
  p.deleted_at
FROM api_keys k LEFT JOIN projects p ON p.id = k.project_id WHERE k.public_key = $1

-- name: set_last_used
-- At most once a minute ($3 is a minute before $2), also with several processes.
UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)

-- name: read_key_changes
SELECT value FROM change_counters WHERE name = 'api_keys'

-- name: count_key_change
UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'
