-- Media rows and where they are used. Every statement names the project.

-- name: find_media
SELECT id, sha256, content_type, content_length, blob_key, uploaded_at, upload_status FROM media
WHERE project_id = $1 AND id = $2

-- name: insert_media
INSERT INTO media (project_id, id, sha256, content_type, content_length, blob_key, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (project_id, id) DO NOTHING

-- name: replace_media_type
UPDATE media SET content_type = $3, content_length = $4, blob_key = $5, uploaded_at = NULL, upload_status = NULL,
  upload_error = NULL, upload_time_ms = NULL, updated_at = $6 WHERE project_id = $1 AND id = $2

-- name: report_upload
UPDATE media SET uploaded_at = $3, upload_status = $4, upload_error = $5, upload_time_ms = $6, updated_at = $7
WHERE project_id = $1 AND id = $2

-- name: link_media
INSERT INTO media_links (project_id, media_id, trace_id, observation_id, dataset_id, dataset_item_id, field, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
