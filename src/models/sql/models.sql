-- Model definitions of a project.

-- name: list_models
SELECT id, model_name, match_pattern, start_date, unit, tokenizer_id, tokenizer_config, tiers, created_at
FROM models WHERE project_id = $1 ORDER BY id LIMIT 1000

-- name: find_model
SELECT id, model_name, match_pattern, start_date, unit, tokenizer_id, tokenizer_config, tiers, created_at
FROM models WHERE project_id = $1 AND id = $2

-- name: count_models
SELECT count(*) FROM models WHERE project_id = $1

-- name: project_organization
SELECT organization_id FROM projects WHERE id = $1 AND deleted_at IS NULL

-- name: put_model
INSERT INTO models (project_id, id, model_name, match_pattern, start_date, unit, tokenizer_id, tokenizer_config, tiers,
  created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
ON CONFLICT (project_id, id) DO UPDATE SET model_name = excluded.model_name, match_pattern = excluded.match_pattern,
  start_date = excluded.start_date, unit = excluded.unit, tokenizer_id = excluded.tokenizer_id,
  tokenizer_config = excluded.tokenizer_config, tiers = excluded.tiers, updated_at = excluded.updated_at

-- name: delete_model
DELETE FROM models WHERE project_id = $1 AND id = $2
