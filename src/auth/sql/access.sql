-- Which role a user has where.

-- name: find_project_role
-- The project's organisation and the two roles of the user; no row when the project does not exist.
SELECT p.organization_id, m.role, pm.role
FROM projects p
LEFT JOIN memberships m ON m.organization_id = p.organization_id AND m.user_id = $2
LEFT JOIN project_memberships pm ON pm.project_id = p.id AND pm.user_id = $2
WHERE p.id = $1 AND p.deleted_at IS NULL

-- name: is_owner
SELECT 1 FROM memberships WHERE organization_id = $1 AND user_id = $2 AND role = 'OWNER'

-- name: find_organization_role
SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2
