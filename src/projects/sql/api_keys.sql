-- API keys of projects and organisations, as their owners see them.

-- name: insert_project_key
INSERT INTO api_keys (id, scope, project_id, public_key, secret_hash, display_secret, name, created_by, created_at,
  expires_at)
VALUES ($1, 'PROJECT', $2, $3, $4, $5, $6, $7, $8, $9)

-- name: insert_organization_key
INSERT INTO api_keys (id, scope, organization_id, public_key, secret_hash, display_secret, name, created_by, created_at,
  expires_at)
VALUES ($1, 'ORGANIZATION', $2, $3, $4, $5, $6, $7, $8, $9)

-- name: list_project_keys
-- Newest first; served by api_keys_project.
SELECT id, public_key, display_secret, name, created_at, expires_at, last_used_at
FROM api_keys WHERE project_id = $1 ORDER BY created_at DESC, id LIMIT 500

-- name: list_organization_keys
-- Newest first; served by api_keys_organization. Keys of projects have no organization_id.
SELECT id, public_key, display_secret, name, created_at, expires_at, last_used_at
FROM api_keys WHERE organization_id = $1 ORDER BY created_at DESC, id LIMIT 500

-- name: count_project_keys
SELECT count(*) FROM api_keys WHERE project_id = $1

-- name: count_organization_keys
SELECT count(*) FROM api_keys WHERE organization_id = $1

-- name: delete_project_key
DELETE FROM api_keys WHERE id = $1 AND project_id = $2 RETURNING public_key, name

-- name: delete_organization_key
DELETE FROM api_keys WHERE id = $1 AND organization_id = $2 RETURNING public_key, name

-- name: count_key_change
UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'
