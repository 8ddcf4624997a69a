-- Model definitions of projects: what a model is called and how its usage is priced. The built-in ones are part of the
-- program. tiers: JSON list of pricing tiers, prices as decimal text; start_date: applies to observations that started
-- then or later, null always.
CREATE TABLE models (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  model_name TEXT NOT NULL,
  match_pattern TEXT NOT NULL,
  start_date BIGINT,
  unit TEXT NOT NULL,
  tokenizer_id TEXT,
  tokenizer_config TEXT,
  tiers TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX models_name ON models (project_id, model_name);
