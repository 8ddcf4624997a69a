"""More projects than one: written into the SQLite store of a stopped server, so that ten thousand take a second."""

import hashlib
import sqlite3
import time

from stand import basic

SALT = "salt-of-a-test-server"
ENVIRONMENT = {"SALT": SALT}  # of the server whose keys these are


def _secret_hash(secret):
    return hashlib.sha256((secret + hashlib.sha256(SALT.encode()).hexdigest()).encode()).hexdigest()


def add_projects(stand, count):
    """Needs ENVIRONMENT. Returns the Authorization of each project."""
    now, keys = time.time_ns() // 1000, []
    projects, rows = [], []
    for number in range(count):
        public, secret = f"pk-lf-load-{number}", f"sk-lf-load-{number}"
        projects.append((f"load-{number}", f"Load {number}", now, now))
        rows.append((f"key-{number}", f"load-{number}", public, _secret_hash(secret), "sk-lf-...load", now))
        keys.append(basic(public, secret))
    database = sqlite3.connect(stand.data_dir / "meta.db")
    with database:
        database.executemany("INSERT INTO projects (id, organization_id, name, metadata, created_at, updated_at) "
                             "VALUES (?, 'crash-org', ?, '{}', ?, ?)", projects)
        database.executemany("INSERT INTO api_keys (id, scope, project_id, public_key, secret_hash, display_secret, created_at) "
                             "VALUES (?, 'PROJECT', ?, ?, ?, ?, ?)", rows)
    database.close()
    return keys
