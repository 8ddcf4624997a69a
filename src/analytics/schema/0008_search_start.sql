-- Names, ids and other short fields of rows that were stored before these were part of the text index belong to rows
-- that begin no later than this; a project that is younger has no row. kind is 'observation' or 'trace'.
CREATE TABLE search_start (
  project_id String,
  kind String,
  time_max DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY project_id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
INSERT INTO search_start (project_id, kind, time_max)
SELECT project_id, 'observation', max(start_time) FROM observations GROUP BY project_id;
INSERT INTO search_start (project_id, kind, time_max)
SELECT project_id, 'trace', max(ifNull(timestamp, created_at)) FROM trace_attributes GROUP BY project_id;
