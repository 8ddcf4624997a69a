-- Headless initialisation: what is there already.

-- name: find_any_project
-- Also a deleted one: its id is taken.
SELECT organization_id FROM projects WHERE id = $1

-- name: find_project_by_name
SELECT id FROM projects WHERE organization_id = $1 AND name = $2 AND deleted_at IS NULL

-- name: find_key
SELECT id, project_id, secret_hash FROM api_keys WHERE public_key = $1

-- name: move_key
UPDATE api_keys SET project_id = $2 WHERE id = $1 AND scope = 'PROJECT'

-- name: find_user
SELECT id FROM users WHERE email = $1

-- name: insert_user
INSERT INTO users (id, email, name, password_hash, email_verified_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $5, $5)
