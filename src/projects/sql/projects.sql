-- Projects and roles in them.

-- name: insert_project
INSERT INTO projects (id, organization_id, name, metadata, retention_days, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)

-- name: find_project
SELECT p.id, p.name, p.organization_id, o.name, p.metadata, p.retention_days, p.created_at, p.updated_at
FROM projects p JOIN organizations o ON o.id = p.organization_id WHERE p.id = $1 AND p.deleted_at IS NULL

-- name: list_projects
SELECT p.id, p.name, p.organization_id, o.name, p.metadata, p.retention_days, p.created_at, p.updated_at
FROM projects p JOIN organizations o ON o.id = p.organization_id
WHERE p.organization_id = $1 AND p.deleted_at IS NULL ORDER BY lower(p.name), p.id LIMIT 10000

-- name: update_project
UPDATE projects SET name = $2, metadata = $3, retention_days = $4, updated_at = $5 WHERE id = $1 AND deleted_at IS NULL

-- name: list_project_roles
SELECT u.id, u.name, u.email, pm.role FROM project_memberships pm JOIN users u ON u.id = pm.user_id
WHERE pm.project_id = $1 ORDER BY lower(u.name), u.email LIMIT 10000

-- name: find_project_role
SELECT role FROM project_memberships WHERE project_id = $1 AND user_id = $2

-- name: put_project_role
INSERT INTO project_memberships (project_id, user_id, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, updated_at = excluded.updated_at

-- name: delete_project_role
DELETE FROM project_memberships WHERE project_id = $1 AND user_id = $2

-- name: mark_project_deleted
UPDATE projects SET deleted_at = $2, updated_at = $2 WHERE id = $1 AND deleted_at IS NULL

-- name: delete_project_keys
DELETE FROM api_keys WHERE project_id = $1

-- name: count_key_change_of_project
UPDATE change_counters SET value = value + 1 WHERE name = 'api_keys'
