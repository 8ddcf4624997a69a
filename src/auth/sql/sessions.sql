-- Browsers that are signed in.

-- name: insert_session
INSERT INTO user_sessions (token_hash, user_id, method, created_at, last_seen_at, expires_at, remote_address, user_agent)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7)

-- name: find_session
-- With its user, by id: a changed e-mail address never maps to somebody else.
SELECT s.user_id, s.last_seen_at, s.expires_at, u.email, u.name, u.disabled_at
FROM user_sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1

-- name: touch_session
UPDATE user_sessions SET last_seen_at = $2 WHERE token_hash = $1

-- name: delete_session
DELETE FROM user_sessions WHERE token_hash = $1

-- name: delete_sessions_of_user
DELETE FROM user_sessions WHERE user_id = $1

-- name: delete_ended_sessions
DELETE FROM user_sessions WHERE expires_at <= $1 OR last_seen_at <= $2
