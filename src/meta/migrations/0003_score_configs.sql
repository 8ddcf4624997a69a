-- What a score may be: its name, type and range or categories. Configs are archived, never deleted: scores point to them.

-- data_type: NUMERIC, CATEGORICAL, BOOLEAN or TEXT. categories: JSON [{"label","value"}], null without any.
CREATE TABLE score_configs (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  data_type TEXT NOT NULL,
  description TEXT,
  min_value DOUBLE PRECISION,
  max_value DOUBLE PRECISION,
  categories TEXT,
  is_archived BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX score_configs_project ON score_configs (project_id, created_at);
