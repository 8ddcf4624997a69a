"""Acceptance cases O01 and M10 of contract/sdk5.md 9: what a compressed request may hold, and filters by metadata keys."""

import gzip
import json
import pathlib
import time
import uuid
import zlib

from support.api import wait_for

DOOR = "/api/public/otel/v1/traces"
V5 = {"x-langfuse-sdk-name": "python", "x-langfuse-sdk-version": "5.0.4", "x-langfuse-ingestion-version": "4"}
PROTOBUF = V5 | {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
MIB = 1 << 20


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protobuf message."""
    out, length = bytearray([number << 3 | 2]), len(content)
    while length > 127:
        out.append(length & 127 | 128)
        length >>= 7
    out.append(length)
    return bytes(out) + content


def span(trace_id: str, text: bytes) -> bytes:
    attribute = field(1, b"langfuse.observation.input") + field(2, field(1, text))
    start = time.time_ns().to_bytes(8, "little")
    times = bytes([7 << 3 | 1]) + start + bytes([8 << 3 | 1]) + start
    identity = field(1, bytes.fromhex(trace_id)) + field(2, uuid.uuid4().bytes[:8])
    return field(2, identity + field(5, b"large") + times + field(9, attribute))


def request(*spans: bytes) -> bytes:
    return field(1, field(2, b"".join(spans)))


def resident_bytes(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def test_o01_gzip_protobuf_is_accepted(api):
    trace_id = uuid.uuid4().hex
    assert api.send("POST", DOOR, gzip.compress(request(span(trace_id, b"hello"))), PROTOBUF)[0] == 200
    assert api.wait_for_trace(trace_id, 1)["observations"][0]["input"] == "hello"


def test_o01_sixty_mebibytes_in_one_are_accepted(api):
    trace_id = uuid.uuid4().hex
    # Every 64 bytes differ a little: one byte in sixty remains.
    text = b"".join(b"%061d, \n" % (i * 7919) for i in range(MIB // 64))
    body = gzip.compress(request(*[span(trace_id, text) for _ in range(60)]), 1)
    assert len(body) < 12 * MIB
    assert api.send("POST", DOOR, body, PROTOBUF)[0] == 200
    api.wait_for_trace(trace_id, 60)


def test_o01_a_bomb_is_refused_without_growing(api, server):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(16 * MIB)
    body = b"".join(packer.compress(zeros) for _ in range(128)) + packer.flush()  # 2 GiB
    before = resident_bytes(server.process.pid)
    assert api.send("POST", DOOR, body, PROTOBUF)[0] == 413
    assert resident_bytes(server.process.pid) - before < 512 * MIB


def test_m10_metadata_keys_are_set_or_not(api):
    with_key, without = uuid.uuid4().hex, uuid.uuid4().hex
    for trace_id, key in ((with_key, "tier"), (without, "other")):
        attributes = [{"key": f"langfuse.observation.metadata.{key}", "value": {"stringValue": '"gold"'}}]
        now = str(time.time_ns())
        one = {"traceId": trace_id, "spanId": trace_id[:16], "name": "m10", "attributes": attributes}
        one |= {"startTimeUnixNano": now, "endTimeUnixNano": now}
        body = {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}
        assert api.send("POST", DOOR, body, V5)[0] == 200
        api.wait_for_trace(trace_id, 1)

    def found(operator: str) -> set[str]:
        conditions = [
            {"type": "stringObject", "column": "metadata", "key": "tier", "operator": operator, "value": ""},
            {"type": "stringOptions", "column": "traceId", "operator": "any of", "value": [with_key, without]},
        ]
        rows = api.get("/v2/observations", filter=json.dumps(conditions))["data"]
        return {row["traceId"] for row in rows}

    wait_for(lambda: found("is set") == {with_key})
    assert found("is not set") == {without}
