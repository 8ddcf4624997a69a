-- What retention needs to know of projects.

-- name: list_limited_projects
SELECT id, retention_days FROM projects WHERE retention_days IS NOT NULL AND retention_days > 0 AND deleted_at IS NULL

-- name: list_projects
SELECT id, name, retention_days FROM projects WHERE deleted_at IS NULL ORDER BY name, id

-- name: find_limit
SELECT organization_id, retention_days FROM projects WHERE id = $1 AND deleted_at IS NULL

-- name: find_organization
SELECT organization_id FROM projects WHERE id = $1

-- name: remove_project
DELETE FROM projects WHERE id = $1 AND deleted_at IS NOT NULL
