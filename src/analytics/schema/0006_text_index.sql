-- Which groups of payload rows have which words (src/text_index/format.h says how rows are filled). Written by the
-- ingest worker before the payloads themselves; only a hint where to look: what it finds is checked on the text.
CREATE TABLE text_index (
  project_id LowCardinality(String),
  bucket UInt16 CODEC(ZSTD(1)),
  time_min DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  time_max DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  blk UInt64 CODEC(ZSTD(1)),
  part UInt16 CODEC(ZSTD(1)),
  groups UInt32 CODEC(ZSTD(1)),
  words String CODEC(ZSTD(1)),
  data String CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toYYYYMM(time_max)
ORDER BY (project_id, bucket, time_max, blk, part)
SETTINGS index_granularity = 1024, index_granularity_bytes = 65536, min_bytes_for_wide_part = 104857600,
  non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1, max_suspicious_broken_parts = 1000000,
  max_suspicious_broken_parts_bytes = 100000000000;
-- Payloads that were stored before there was an index begin no later than this; a project that is younger has no row.
CREATE TABLE text_index_start (
  project_id String,
  time_max DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY project_id SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
INSERT INTO text_index_start (project_id, time_max)
SELECT project_id, max(start_time) FROM payloads GROUP BY project_id;
