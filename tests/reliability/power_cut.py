"""What a power cut leaves of the files that disk_shim.so watched.

Everything since the last sync of a file may be there, be missing, or be there in part (by sectors); a name that was
made, moved or removed since the last sync of its directory may be as before. The seed decides.
"""

import os
import random
import struct
from pathlib import Path

HEAD = struct.Struct("<c3xIQQ")
SECTOR = 512


class Operation:
    def __init__(self, kind, path, offset, data):
        self.kind, self.path, self.offset, self.data = kind, path, offset, data


def read_journal(path):
    raw = Path(path).read_bytes() if Path(path).exists() else b""
    at, out = 0, []
    while at + HEAD.size <= len(raw):
        kind, path_bytes, offset, size = HEAD.unpack_from(raw, at)
        at += HEAD.size
        if at + path_bytes + size > len(raw):
            break  # the process died in the middle of noting; the write itself had not begun
        name = raw[at:at + path_bytes].decode()
        out.append(Operation(kind.decode(), name, offset, raw[at + path_bytes:at + path_bytes + size]))
        at += path_bytes + size
    return out


def unsettled(operations):
    """Latest first: the operations that no sync came after."""
    synced, out = set(), []
    for operation in reversed(operations):
        if operation.kind in "SD":
            synced.add(operation.path)
        elif operation.kind == "W":
            if operation.path not in synced:
                out.append(operation)
        elif os.path.dirname(operation.path) not in synced:
            out.append(operation)
    return out


def _undo_write(operation, chance, everything):
    path = Path(operation.path)
    if not path.exists():
        return
    with open(path, "r+b") as file:
        if everything or not operation.data:
            file.seek(operation.offset)
            file.write(operation.data)
            return
        for start in range(0, len(operation.data), SECTOR):
            if chance.random() < 0.5:
                file.seek(operation.offset + start)
                file.write(operation.data[start:start + SECTOR])


def _undo_name(operation):
    path = Path(operation.path)
    if operation.kind == "C":
        path.unlink(missing_ok=True)
    elif operation.kind == "U":
        kept = Path(operation.data.decode())
        if kept.exists() and not path.exists():
            os.link(kept, path)
    elif operation.kind == "R":
        target, kept = operation.data.decode().split("\n")
        if Path(target).exists():
            os.rename(target, path)
        if kept and Path(kept).exists():
            os.link(kept, target)


def cut_power(journal, seed):
    """Call it when the process is dead. Returns how many writes and names were undone."""
    chance = random.Random(seed)
    everything = chance.random() < 0.4
    names_kept = chance.random() < 0.5
    writes = names = 0
    for operation in unsettled(read_journal(journal)):
        if operation.kind == "W":
            _undo_write(operation, chance, everything)
            writes += 1
        elif not names_kept:
            _undo_name(operation)
            names += 1
    Path(journal).unlink(missing_ok=True)
    for left in list(Path(journal).parent.glob(Path(journal).name + ".*")):
        left.unlink()
    return writes, names
