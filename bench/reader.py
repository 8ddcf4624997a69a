"""A reader of a running server: the public API with its key, the interface's API with a session."""

import http.client
import json
import time
import urllib.parse


class Refused(Exception):
    """Any answer but 200."""

    def __init__(self, text, status=0):
        super().__init__(text)
        self.status = status


class Reader:
    """One kept connection; every get is timed. Not for several threads."""

    def __init__(self, server, authorization, timeout=60):
        self.server = server
        self.timeout = timeout
        self.public = {"Authorization": authorization}
        self.session = {}
        self.connection = None

    def sign_in(self, email, password):
        body = json.dumps({"email": email, "password": password})
        headers = {"Origin": self.server.url, "Content-Type": "application/json"}
        answer, _ = self._exchange("POST", "/api/ui/sign-in", body, headers)
        self.session = {"Cookie": answer.getheader("set-cookie", "").split(";")[0]}

    def get(self, path, **query):
        """The body and the milliseconds it took."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        headers = self.session if path.startswith("/api/ui/") else self.public
        answer, body_ms = self._exchange("GET", path, None, headers)
        return answer.body, body_ms

    def get_json(self, path, **query):
        body, took_ms = self.get(path, **query)
        return json.loads(body), took_ms

    def post_json(self, path, value):
        self._exchange("POST", path, json.dumps(value), self.public | {"Content-Type": "application/json"})

    def _exchange(self, method, path, body, headers):
        started = time.monotonic()
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.timeout)
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                answer.body = answer.read()
                break
            except (OSError, http.client.HTTPException):
                # A kept connection may have been closed by the server meanwhile.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        if answer.status not in (200, 201, 204):
            raise Refused(f"{answer.status} for {path[:120]}: {answer.body[:200]!r}", answer.status)
        return answer, (time.monotonic() - started) * 1000


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
