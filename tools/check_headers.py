#!/usr/bin/env python3
"""Every header of src/ compiles alone: it includes what it uses. Usage: check_headers.py [FILE...]; exit 1 otherwise."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = ["clang++-19", "-std=c++23", "-fsyntax-only", "-x", "c++", "-Isrc", "-w", f'-DCLEW_SOURCE_DIR="{ROOT}"',
           '-DCLEW_VERSION="0"']


def errors_of(header: str) -> str:
    done = subprocess.run([*COMMAND, header], cwd=ROOT, text=True, capture_output=True)
    return "" if done.returncode == 0 else "\n".join(done.stderr.splitlines()[:4])


def main() -> int:
    headers = sys.argv[1:] or sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*.h"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [errors for errors in pool.map(errors_of, headers) if errors]
    print("\n".join(found))
    print(f"{len(headers)} headers, {len(found)} do not compile alone")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
