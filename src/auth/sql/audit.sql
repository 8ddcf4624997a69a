-- The trail of changes.

-- name: advance_audit_head
-- Takes the next number; also makes writers of the trail wait for each other.
UPDATE audit_head SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence, hash

-- name: set_audit_head_hash
UPDATE audit_head SET hash = $1 WHERE id = 1

-- name: read_audit_head
SELECT sequence, hash FROM audit_head WHERE id = 1

-- name: insert_audit_row
INSERT INTO audit_log (sequence, id, created_at, actor_type, actor_id, actor_role, organization_id, project_id,
  resource_type, resource_id, action, outcome, before, after, remote_address, user_agent, request_id, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)

-- name: list_audit_rows
-- In order of the chain, a page after a number; served by the primary key.
SELECT sequence, id, created_at, actor_type, actor_id, actor_role, organization_id, project_id, resource_type,
  resource_id, action, outcome, before, after, remote_address, user_agent, request_id, hash
FROM audit_log WHERE sequence > $1 ORDER BY sequence LIMIT 1000
