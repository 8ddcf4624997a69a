-- What is known of a trace beside its observations: `trace-create` events, `langfuse.trace.input/output`, and later
-- edits in the UI. A value here beats the value derived from rows. NULL = not given.
CREATE TABLE trace_attributes (
  project_id LowCardinality(String),
  trace_id String CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
  name Nullable(String) CODEC(ZSTD(1)),
  user_id Nullable(String) CODEC(ZSTD(1)),
  session_id Nullable(String) CODEC(ZSTD(1)),
  release Nullable(String) CODEC(ZSTD(1)),
  version Nullable(String) CODEC(ZSTD(1)),
  environment Nullable(String) CODEC(ZSTD(1)),
  tags Array(LowCardinality(String)) CODEC(ZSTD(1)),
  public Nullable(UInt8) CODEC(ZSTD(1)),
  bookmarked Nullable(UInt8) CODEC(ZSTD(1)),
  metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  input_preview String CODEC(ZSTD(1)),
  output_preview String CODEC(ZSTD(1)),
  created_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  updated_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  is_deleted UInt8 CODEC(ZSTD(1)),
  INDEX ix_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX ix_user user_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(seq, is_deleted)
ORDER BY (project_id, trace_id)
SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 104857600, non_replicated_deduplication_window = 10000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 100000000000,
  enable_block_number_column = 1, enable_block_offset_column = 1;
