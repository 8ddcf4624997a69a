-- Score configs. Every statement names the project.

-- name: insert_score_config
INSERT INTO score_configs (id, project_id, name, data_type, description, min_value, max_value, categories, is_archived,
  created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)

-- name: find_score_config
SELECT id, project_id, name, data_type, description, min_value, max_value, categories, is_archived, created_at,
  updated_at FROM score_configs WHERE project_id = $1 AND id = $2

-- name: list_score_configs
SELECT id, project_id, name, data_type, description, min_value, max_value, categories, is_archived, created_at,
  updated_at FROM score_configs WHERE project_id = $1 ORDER BY created_at DESC, id LIMIT $2 OFFSET $3

-- name: count_score_configs
SELECT count(*) FROM score_configs WHERE project_id = $1

-- name: update_score_config
UPDATE score_configs SET name = $3, description = $4, min_value = $5, max_value = $6, categories = $7,
  is_archived = $8, updated_at = $9 WHERE project_id = $1 AND id = $2

-- name: find_config_organization
SELECT organization_id FROM projects WHERE id = $1
