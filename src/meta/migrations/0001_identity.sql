-- Who may do what: users and their sessions, organisations, projects, memberships, API keys, and the trail of changes.
-- Times are microseconds since the epoch, UTC. E-mail addresses are stored in lower case.

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT,
  email_verified_at BIGINT,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- A browser that is signed in. The token itself is only in its cookie.
CREATE TABLE user_sessions (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  method TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  remote_address TEXT NOT NULL,
  user_agent TEXT NOT NULL
);
CREATE INDEX user_sessions_user ON user_sessions (user_id);
CREATE INDEX user_sessions_expiry ON user_sessions (expires_at);

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- retention_days: null keeps data for ever.
CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  metadata TEXT NOT NULL,
  retention_days BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE UNIQUE INDEX projects_name ON projects (organization_id, name) WHERE deleted_at IS NULL;

-- role: OWNER, ADMIN, MEMBER, VIEWER or NONE.
CREATE TABLE memberships (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

-- Replaces the role of the organisation for one project.
CREATE TABLE project_memberships (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_memberships_user ON project_memberships (user_id);

-- scope: PROJECT (project_id is set) or ORGANIZATION (organization_id is set). secret_hash is the keyed hash of the
-- secret; the secret itself is shown once and never stored.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL,
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
  public_key TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL UNIQUE,
  display_secret TEXT NOT NULL,
  name TEXT,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  CHECK ((scope = 'PROJECT' AND project_id IS NOT NULL AND organization_id IS NULL)
      OR (scope = 'ORGANIZATION' AND organization_id IS NOT NULL AND project_id IS NULL))
);
CREATE INDEX api_keys_project ON api_keys (project_id, created_at);
CREATE INDEX api_keys_organization ON api_keys (organization_id, created_at);

-- Counts changes of things that processes keep in memory, so that each process notices changes made by others.
CREATE TABLE change_counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

-- Failed sign-ins per account and per source network. Rows are removed once they no longer delay anybody.
CREATE TABLE sign_in_attempts (
  subject TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  window_started_at BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_updated ON sign_in_attempts (updated_at);

-- Append only. `hash` is SHA-256 over the previous row's hash and this row, so that an edited, removed or reordered row
-- is found. No foreign keys: rows outlive what they speak of.
CREATE TABLE audit_log (
  sequence BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  actor_type TEXT NOT NULL,
  actor_id TEXT,
  actor_role TEXT,
  organization_id TEXT,
  project_id TEXT,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  before TEXT,
  after TEXT,
  remote_address TEXT,
  user_agent TEXT,
  request_id TEXT,
  hash TEXT NOT NULL
);
CREATE INDEX audit_log_organization ON audit_log (organization_id, created_at);
CREATE INDEX audit_log_project ON audit_log (project_id, created_at);

-- The end of the chain: one row.
CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY,
  sequence BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '');
INSERT INTO change_counters (name, value) VALUES ('api_keys', 0);
