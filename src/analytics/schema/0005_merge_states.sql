-- Field clocks of the entities that came through the JSON door (contract/ingestion.md 7.5): what each field is and which
-- message set it, as JSON text. Read only by the ingest worker, by key; identity (project_id, kind, id).
CREATE TABLE merge_states (
  project_id LowCardinality(String),
  kind LowCardinality(String),
  id String CODEC(ZSTD(1)),
  state String CODEC(ZSTD(1)),
  updated_at DateTime('UTC') CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1))
) ENGINE = ReplacingMergeTree(seq)
ORDER BY (project_id, kind, id)
TTL updated_at + INTERVAL 400 DAY DELETE
SETTINGS index_granularity = 256, min_bytes_for_wide_part = 104857600, non_replicated_deduplication_window = 10000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 100000000000;
