-- Between which start times the observations of a trace lie. `observations` is ordered by time, so whoever knows only a
-- trace's id would look into every block of it; with this, into a few. Never narrower than the rows: a later version or
-- a deletion does not take anything back.
CREATE TABLE trace_times (
  project_id LowCardinality(String),
  trace_id String CODEC(ZSTD(1)),
  first_start SimpleAggregateFunction(min, DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
  last_start SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
ORDER BY (project_id, trace_id)
SETTINGS index_granularity = 256, min_bytes_for_wide_part = 104857600, non_replicated_deduplication_window = 10000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 100000000000;
-- Part of each insert into observations, and repeated with it.
CREATE MATERIALIZED VIEW trace_times_view TO trace_times AS
SELECT project_id, trace_id, min(start_time) AS first_start, max(start_time) AS last_start FROM observations
GROUP BY project_id, trace_id;
INSERT INTO trace_times
SELECT project_id, trace_id, min(start_time) AS first_start, max(start_time) AS last_start FROM observations
GROUP BY project_id, trace_id SETTINGS max_threads = 1, max_bytes_before_external_group_by = 200000000;
