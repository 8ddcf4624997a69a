-- The text of an observation, apart from its row so that merges of the narrow table never move it. A column left NULL
-- keeps what an earlier row said: a late output is a new row with only that column. Large granules by bytes, not rows.
-- span_id '' holds the input and output of the trace attribute record.
CREATE TABLE payloads (
  project_id LowCardinality(String),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  start_time DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  input Nullable(String) CODEC(ZSTD(1)),
  output Nullable(String) CODEC(ZSTD(1)),
  events Nullable(String) CODEC(ZSTD(1)),
  seq UInt64 CODEC(ZSTD(1))
) ENGINE = CoalescingMergeTree
PARTITION BY toYYYYMM(start_time)
ORDER BY (project_id, trace_id, span_id)
SETTINGS index_granularity = 1024, index_granularity_bytes = 262144, min_bytes_for_wide_part = 104857600,
  non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1, max_suspicious_broken_parts = 1000000,
  max_suspicious_broken_parts_bytes = 100000000000, enable_block_number_column = 1, enable_block_offset_column = 1;
