-- Media rows and where they are used. Every statement names the project, except those that list what of any project may
-- have to go; what they find is treated by project and id.

-- name: find_media
SELECT id, sha256, content_type, content_length, blob_key, uploaded_at, upload_status, removing,
  CASE WHEN EXISTS (SELECT 1 FROM media_links AS l WHERE l.project_id = $1 AND l.media_id = $2) THEN 1 ELSE 0 END
FROM media WHERE project_id = $1 AND id = $2

-- name: insert_media
INSERT INTO media (project_id, id, sha256, content_type, content_length, blob_key, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (project_id, id) DO NOTHING

-- name: replace_media_type
UPDATE media SET content_type = $3, content_length = $4, uploaded_at = NULL, upload_status = NULL,
  upload_error = NULL, upload_time_ms = NULL WHERE project_id = $1 AND id = $2

-- name: use_media
UPDATE media SET unused_since = NULL, updated_at = $3 WHERE project_id = $1 AND id = $2

-- name: report_upload
UPDATE media SET uploaded_at = $3, upload_status = $4, upload_error = $5, upload_time_ms = $6, updated_at = $7
WHERE project_id = $1 AND id = $2 AND removing = 0

-- name: link_media
INSERT INTO media_links (project_id, media_id, trace_id, observation_id, dataset_id, dataset_item_id, field, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (project_id, media_id, trace_id, observation_id, dataset_id, dataset_item_id, field)
DO UPDATE SET created_at = excluded.created_at

-- name: suspect_of_trace
UPDATE media SET unused_since = $3 WHERE project_id = $1 AND unused_since IS NULL AND id IN
  (SELECT l.media_id FROM media_links AS l WHERE l.project_id = $1 AND l.trace_id = $2)

-- name: unlink_trace
DELETE FROM media_links WHERE project_id = $1 AND trace_id = $2

-- name: suspect_before
UPDATE media SET unused_since = $3 WHERE project_id = $1 AND unused_since IS NULL AND id IN
  (SELECT l.media_id FROM media_links AS l WHERE l.project_id = $1 AND l.trace_id <> '' AND l.created_at < $2)

-- name: unlink_before
DELETE FROM media_links WHERE project_id = $1 AND trace_id <> '' AND created_at < $2

-- name: next_age
SELECT CAST(max(created_at) AS BIGINT) FROM (SELECT l.created_at FROM media_links AS l
  WHERE l.project_id = $1 AND l.trace_id <> '' AND l.created_at < $2 ORDER BY l.created_at LIMIT $3) AS oldest

-- name: count_only_before
SELECT count(*), CAST(coalesce(sum(m.content_length), 0) AS BIGINT) FROM media AS m WHERE m.project_id = $1 AND EXISTS
  (SELECT 1 FROM media_links AS l WHERE l.project_id = $1 AND l.media_id = m.id) AND NOT EXISTS
  (SELECT 1 FROM media_links AS l WHERE l.project_id = $1 AND l.media_id = m.id AND
    (l.trace_id = '' OR l.created_at >= $2))

-- name: list_unused
SELECT project_id, id FROM media WHERE unused_since IS NOT NULL AND unused_since <= $1
ORDER BY unused_since, project_id, id LIMIT $2

-- name: list_unfinished
SELECT project_id, id FROM media WHERE (upload_status IS NULL OR upload_status NOT IN (200, 201)) AND updated_at <= $1
ORDER BY updated_at, project_id, id LIMIT $2

-- name: still_used
UPDATE media SET unused_since = NULL WHERE project_id = $1 AND id = $2 AND removing = 0 AND EXISTS
  (SELECT 1 FROM media_links AS l WHERE l.project_id = $1 AND l.media_id = $2)

-- name: begin_removal
UPDATE media SET removing = 1, unused_since = coalesce(unused_since, $3) WHERE project_id = $1 AND id = $2 AND
  (removing = 1 OR unused_since <= $4 OR
   (updated_at <= $5 AND (upload_status IS NULL OR upload_status NOT IN (200, 201))))
RETURNING blob_key

-- name: end_removal
DELETE FROM media WHERE project_id = $1 AND id = $2 AND removing = 1
