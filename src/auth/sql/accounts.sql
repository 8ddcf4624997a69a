-- Users and sign-in attempts.

-- name: find_user_by_email
-- The user of a lower-case address; served by the unique index.
SELECT id, email, name, password_hash, disabled_at FROM users WHERE email = $1

-- name: find_user_by_id
SELECT id, email, name, password_hash, disabled_at FROM users WHERE id = $1

-- name: insert_user
INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)

-- name: set_password_hash
UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1

-- name: disable_user
UPDATE users SET disabled_at = $2, updated_at = $2 WHERE id = $1 AND disabled_at IS NULL

-- name: find_attempts
SELECT failures, window_started_at, blocked_until FROM sign_in_attempts WHERE subject = $1

-- name: put_attempts
INSERT INTO sign_in_attempts (subject, failures, window_started_at, blocked_until, updated_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, window_started_at = excluded.window_started_at,
  blocked_until = excluded.blocked_until, updated_at = excluded.updated_at

-- name: forget_attempts
DELETE FROM sign_in_attempts WHERE subject = $1

-- name: drop_old_attempts
DELETE FROM sign_in_attempts WHERE updated_at < $1 AND blocked_until < $2
