-- Files that belong to traces and dataset items. The bytes are in the blob store; ids are derived from their hash and
-- count within one project only.

-- sha256: base64. upload_status: what the client reported; the file is there when it is 200 or 201.
CREATE TABLE media (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content_length BIGINT NOT NULL,
  blob_key TEXT NOT NULL,
  uploaded_at BIGINT,
  upload_status BIGINT,
  upload_error TEXT,
  upload_time_ms BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);

-- Where a file is used. What does not apply is ''.
CREATE TABLE media_links (
  project_id TEXT NOT NULL,
  media_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  observation_id TEXT NOT NULL,
  dataset_id TEXT NOT NULL,
  dataset_item_id TEXT NOT NULL,
  field TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, media_id, trace_id, observation_id, dataset_id, dataset_item_id, field),
  FOREIGN KEY (project_id, media_id) REFERENCES media (project_id, id) ON DELETE CASCADE
);
CREATE INDEX media_links_trace ON media_links (project_id, trace_id);
CREATE INDEX media_links_dataset_item ON media_links (project_id, dataset_item_id);
