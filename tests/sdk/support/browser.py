"""What a signed-in browser asks the interface's own API (contract/openapi/ui.yaml)."""

import http.cookiejar
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from .server import Server


@dataclass
class Browser:
    server: Server
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def send(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Origin": self.server.url}
        request = urllib.request.Request(self.server.url + path, data, headers, method=method)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def sign_in(self) -> None:
        credentials = {"email": self.server.email, "password": self.server.password}
        status, session = self.send("POST", "/api/ui/sign-in", credentials)
        assert status == 200, session

    def get(self, path: str) -> dict:
        status, body = self.send("GET", f"/api/ui/projects/{self.server.project_id}{path}")
        assert status == 200, f"GET {path}: {status} {body}"
        return body
