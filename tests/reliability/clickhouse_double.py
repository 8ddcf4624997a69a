"""A ClickHouse that is ill: HTTP in front of a real one, answering error codes or losing answers by chance."""

import http.client
import http.server
import random
import socket
import struct
import threading
import urllib.parse

ERRORS = {241: "MEMORY_LIMIT_EXCEEDED", 252: "TOO_MANY_PARTS", 202: "TOO_MANY_SIMULTANEOUS_QUERIES",
          209: "SOCKET_TIMEOUT", 242: "TABLE_IS_READ_ONLY", 285: "TOO_FEW_LIVE_REPLICAS",
          319: "UNKNOWN_STATUS_OF_INSERT", 999: "KEEPER_EXCEPTION", 243: "NOT_ENOUGH_SPACE"}


class ClickHouseDouble:
    """`error_share` of the inserts is answered with one of `codes`; `lost_share` is carried out and then reset."""

    def __init__(self, target_port, seed):
        self.target_port = target_port
        self.error_share = self.lost_share = 0.0
        self.codes = [code for code in ERRORS if code != 243]
        self.errors = self.lost = self.inserts = self.max_partitions = 0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                double.answer(self)

            def do_POST(self):
                double.answer(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # clients that are reset, or leave

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _fate(self, is_insert):
        with self._lock:
            if not is_insert:
                return "pass", 0
            self.inserts += 1
            chance = self._random.random()
            if chance < self.error_share:
                self.errors += 1
                return "error", self._random.choice(self.codes)
            if chance < self.error_share + self.lost_share:
                self.lost += 1
                return "lose", 0
            return "pass", 0

    def answer(self, handler):
        size = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(size)
        query = urllib.parse.parse_qs(urllib.parse.urlparse(handler.path).query).get("query", [""])[0]
        fate, code = self._fate(query.lstrip().upper().startswith("INSERT"))
        if fate == "error":
            text = f"Code: {code}. DB::Exception: ill on purpose. ({ERRORS[code]})".encode()
            return self._send(handler, 500, {"X-ClickHouse-Exception-Code": str(code)}, text)
        connection = http.client.HTTPConnection("127.0.0.1", self.target_port, timeout=60)
        try:
            headers = {name: value for name, value in handler.headers.items()
                       if name.lower() not in ("host", "connection", "content-length", "expect")}
            connection.request(handler.command, handler.path, body, headers)
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            handler.close_connection = True
            return None
        finally:
            connection.close()
        if fate == "lose":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return None
        kept = {name: value for name, value in response.getheaders()
                if name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive")}
        return self._send(handler, response.status, kept, data)

    @staticmethod
    def _send(handler, status, headers, data):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
