"""A TCP proxy on loopback that misbehaves on demand: late, deaf, cut, half open, or silent after the request."""

import random
import select
import socket
import struct
import threading
import time

PIECE = 64 * 1024


def _reset(sock):
    """Closes with RST instead of FIN."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


class TcpProxy:
    """`mode` may change at any time; connections look at it for every piece.

    pass        as if it were not there
    blackhole   takes everything and passes nothing on, in both directions
    refuse      nobody listens (connections are reset at once)
    drop_answer passes requests on and resets the client when the answer comes
    half_open   stops reading and writing without closing
    `latency` seconds are added to each piece from the server; `reset_share` of the pieces from the client end the
    connection instead.
    """

    def __init__(self, target_port, seed=0):
        self.target_port = target_port
        self.mode = "pass"
        self.latency = 0.0
        self.reset_share = 0.0
        self.answers_dropped = 0
        self._random = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._open = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset_all()

    def reset_all(self):
        with self._lock:
            pairs, self._open = self._open, set()
        for pair in pairs:
            for sock in pair:
                _reset(sock)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "refuse":
                _reset(client)
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
        except OSError:
            return _reset(client)
        pair = (client, server)
        with self._lock:
            self._open.add(pair)
        try:
            self._pump(client, server)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(pair)
            _reset(client)
            server.close()

    def _pump(self, client, server):
        while True:
            if self.mode in ("half_open", "blackhole"):
                if self.mode == "blackhole" and select.select([client], [], [], 0.05)[0] and not client.recv(PIECE):
                    return
                time.sleep(0.02)
                continue
            ready = select.select([client, server], [], [], 0.1)[0]
            if self.mode == "refuse":
                return
            if client in ready:
                data = client.recv(PIECE)
                if not data or (self.reset_share and self._random.random() < self.reset_share):
                    return
                server.sendall(data)
            if server in ready:
                data = server.recv(PIECE)
                if self.latency:
                    time.sleep(self.latency)
                if self.mode == "drop_answer":
                    self.answers_dropped += 1
                    return
                if not data:
                    return
                client.sendall(data)
