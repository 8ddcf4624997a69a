"""What a power cut leaves of the files that disk_shim.so watched.

Everything since the last sync of a file may be there, be missing, or be there in part (by sectors). Names that were made,
moved or removed are as before in one of two ways. Below a `strict` directory: unless the directory itself was synced
since, which is all that POSIX promises. Elsewhere: the latest ones, down to some point after the last sync of whatever
file, which is what a journal in order (ext4, XFS) can leave. The seed decides.
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


def current(path, moves):
    """Where what was at `path` is now; None when it is gone. `moves`: (from, to), oldest first."""
    for start, end in moves:
        if path == start or path.startswith(start + "/"):
            if end is None:
                return None
            path = end + path[len(start):]
        elif path == end:
            return None  # replaced
    return path


def _undo_growth(path, old_size, chance, everything):
    if not path.exists() or path.stat().st_size <= old_size:
        return
    with open(path, "r+b") as file:
        size = path.stat().st_size
        if everything or chance.random() < 0.3:
            file.truncate(old_size if everything else chance.randint(old_size, size))
            return
        for start in range(old_size, size, SECTOR):  # the size is there, the bytes are not
            if chance.random() < 0.5:
                file.seek(start)
                file.write(b"\0" * min(SECTOR, size - start))


def _undo_write(path, operation, chance, everything):
    if not path.exists():
        return
    with open(path, "r+b") as file:
        for start in range(0, len(operation.data), SECTOR):
            if everything or chance.random() < 0.5:
                file.seek(operation.offset + start)
                file.write(operation.data[start:start + SECTOR])


def _undo_name(operation):
    path = Path(operation.path)
    if operation.kind == "C":
        path.unlink(missing_ok=True)
    elif operation.kind == "M":
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
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


def _kept_moves(operation):
    """How the names of earlier operations have to be read once this one stays."""
    if operation.kind == "R":
        return [(operation.path, operation.data.decode().split("\n")[0])]
    return [(operation.path, None)] if operation.kind == "U" else []


def cut_power(journal, seed, strict="/"):
    """Call it when the process is dead. Returns how many writes and names were undone."""
    chance = random.Random(seed)
    everything = chance.random() < 0.4
    strict_names_kept = chance.random() < 0.5
    operations = read_journal(journal)
    last_sync = max((at for at, each in enumerate(operations) if each.kind in "SD"), default=-1)
    names_from = chance.randint(last_sync + 1, len(operations))
    synced, moves, writes, names = set(), [], 0, 0
    for at in range(len(operations) - 1, -1, -1):
        operation = operations[at]
        if operation.kind in "SD":
            synced.add(current(operation.path, moves))
        elif operation.kind in "WE":
            path = current(operation.path, moves)
            if path is None or path in synced:
                continue
            if operation.kind == "E":
                _undo_growth(Path(path), operation.offset, chance, everything)
            else:
                _undo_write(Path(path), operation, chance, everything)
            writes += 1
        else:
            folder = os.path.dirname(operation.path)
            if folder == strict.rstrip("/") or folder.startswith(strict):
                undone = not strict_names_kept and current(folder, moves) not in synced
            else:
                undone = at >= names_from
            if undone:
                _undo_name(operation)
                names += 1
            else:
                moves[:0] = _kept_moves(operation)
    Path(journal).unlink(missing_ok=True)
    for left in list(Path(journal).parent.glob(Path(journal).name + ".*")):
        left.unlink()
    return writes, names
