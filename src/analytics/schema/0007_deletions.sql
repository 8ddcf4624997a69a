-- What was deleted and must stay so: late spans, resends and replays of these are dropped while the row lives. kind is
-- 'project', 'trace', or 'observation' for one that came through the JSON door, whose later events need not name a trace.
CREATE TABLE deletions (
  project_id LowCardinality(String),
  kind LowCardinality(String),
  id String CODEC(ZSTD(1)),
  deleted_at DateTime64(6, 'UTC') CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(deleted_at)
ORDER BY (project_id, kind, id)
TTL toDateTime(deleted_at) + INTERVAL 30 DAY DELETE
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 100000000000;
