"""Builds disk_shim.so and drives it: faults of disk and clock for one server."""

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("disk_shim.c")


def build(folder):
    compiler = shutil.which("clang-19") or shutil.which("clang") or shutil.which("gcc") or shutil.which("cc")
    library = Path(folder) / "disk_shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl", "-lpthread"], check=True)
    return library


class Shim:
    """One server's faults. `scope` is the directory that is concerned."""

    def __init__(self, library, folder, scope, track=False):
        self.control = Path(folder) / "shim.control"
        self.journal = Path(folder) / "shim.journal"
        self._number = 0
        self.set()
        self.environment = {"LD_PRELOAD": str(library), "SHIM_CONTROL": str(self.control), "SHIM_DIR": str(scope)}
        if track:
            self.environment |= {"SHIM_TRACK": "1", "SHIM_JOURNAL": str(self.journal)}

    def set(self, *commands):
        """Replaces all faults. A new file each time, so that no half of it is ever read."""
        self._number += 1
        fresh = self.control.with_suffix(f".{self._number}")
        fresh.write_text("".join(f"{command}\n" for command in commands), encoding="utf-8")
        fresh.rename(self.control)
