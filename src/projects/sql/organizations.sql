-- Organisations and who belongs to them.

-- name: insert_organization
INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ($1, $2, '{}', $3, $3)

-- name: find_organization
SELECT id, name FROM organizations WHERE id = $1

-- name: rename_organization
UPDATE organizations SET name = $2, updated_at = $3 WHERE id = $1

-- name: list_organizations_of_user
-- With the user's role, by name.
SELECT o.id, o.name, m.role FROM memberships m JOIN organizations o ON o.id = m.organization_id
WHERE m.user_id = $1 ORDER BY lower(o.name), o.id LIMIT 1000

-- name: list_projects_of_user
-- All projects of the user's organisations with the effective role.
SELECT p.id, p.organization_id, p.name, coalesce(pm.role, m.role)
FROM memberships m
JOIN projects p ON p.organization_id = m.organization_id AND p.deleted_at IS NULL
LEFT JOIN project_memberships pm ON pm.project_id = p.id AND pm.user_id = m.user_id
WHERE m.user_id = $1 ORDER BY lower(p.name), p.id LIMIT 10000

-- name: list_members
SELECT u.id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.organization_id = $1 ORDER BY lower(u.name), u.email LIMIT 10000

-- name: find_membership
SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2

-- name: count_owners
SELECT count(*) FROM memberships WHERE organization_id = $1 AND role = 'OWNER'

-- name: put_membership
INSERT INTO memberships (organization_id, user_id, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role, updated_at = excluded.updated_at

-- name: delete_membership
DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2

-- name: delete_project_roles_of_member
DELETE FROM project_memberships WHERE user_id = $2
  AND project_id IN (SELECT id FROM projects WHERE organization_id = $1)

-- name: find_user_by_email
SELECT id FROM users WHERE email = $1 AND disabled_at IS NULL

-- name: find_user_by_id
SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL
