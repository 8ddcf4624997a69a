#!/usr/bin/env python3
"""Checks #include lines and CMake DEPS against src/layers.toml.

Usage: check_layers.py [--root DIR]. Prints one line per violation as FILE:LINE: message; exit 1 when there is any.
"""

import argparse
import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MODULE = re.compile(r"clew_module\s*\(([^)]*)\)", re.S)


class Layers:
    """src/layers.toml: which module may see which."""

    def __init__(self, config: dict):
        self.level = {module: index for index, layer in enumerate(config["layers"]) for module in layer}
        self.edges = {(edge[0], edge[1]) for edge in config.get("sideways", [])}
        self.third_party = config.get("third_party", {})

    def module_of(self, path: str) -> str | None:
        """The module with the longest folder that holds `path` (relative to src/)."""
        folders = pathlib.PurePosixPath(path).parents
        return next((str(folder) for folder in folders if str(folder) in self.level), None)

    def allows(self, source: str, target: str) -> bool:
        return source == target or self.level[target] < self.level[source] or (source, target) in self.edges

    def problems(self) -> list[str]:
        """Mistakes in the file itself: unknown modules, edges that are no news, cycles."""
        found = []
        for source, target in sorted(self.edges):
            for module in (source, target):
                if module not in self.level:
                    found.append(f"src/layers.toml:1: edge names unknown module {module}")
            if source in self.level and target in self.level:
                if self.level[target] < self.level[source]:
                    found.append(f"src/layers.toml:1: edge {source} -> {target} is allowed by the layers already")
                if self.level[target] > self.level[source]:
                    found.append(f"src/layers.toml:1: edge {source} -> {target} points upwards")
                if source in self.reachable(target):
                    found.append(f"src/layers.toml:1: edge {source} -> {target} closes a cycle")
        return found

    def reachable(self, start: str) -> set[str]:
        seen, queue = set(), [start]
        while queue:
            module = queue.pop()
            for source, target in self.edges:
                if source == module and target not in seen:
                    seen.add(target)
                    queue.append(target)
        return seen


def is_test(path: str) -> bool:
    return bool(re.search(r"_(test|fuzz|bench)\.cc$", path)) or "/testing" in path or "/fake_" in path


def check_include(layers: Layers, path: str, module: str, quote: str, name: str) -> str | None:
    """What is wrong with `module` including `name`, or None."""
    if quote == "<":
        for prefix, homes in layers.third_party.items():
            inside = any(module == home or module.startswith(home + "/") for home in homes)
            if name.startswith(prefix) and not inside and not is_test(path):
                return f"<{name}> stays behind {', '.join(homes)}"
        return None
    target = layers.module_of(name)
    if target is None:
        return f'"{name}" is in no module of src/layers.toml (includes are written from src/)'
    same_level = layers.level[target] == layers.level[module]
    if not layers.allows(module, target) and not (is_test(path) and same_level):
        return f"{module} may not include {target}"
    if "/internal/" in name and target != module:
        return f'"{name}" is private to {target}'
    return None


def check_sources(layers: Layers, src: pathlib.Path) -> list[str]:
    found = []
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        path = file.relative_to(src).as_posix()
        if "/" not in path:
            continue  # main.cc: the command line, may see everything
        module = layers.module_of(path)
        if module is None:
            found.append(f"src/{path}:1: the folder is in no layer of src/layers.toml")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            problem = match and check_include(layers, path, module, match[1], match[2])
            if problem:
                found.append(f"src/{path}:{number}: {problem}")
    return found


def declared_modules(src: pathlib.Path) -> dict[str, tuple[str, list[str]]]:
    """CMake name -> (folder, DEPS)."""
    modules = {}
    for file in sorted(src.rglob("CMakeLists.txt")):
        for body in MODULE.findall(file.read_text(encoding="utf-8")):
            words = re.sub(r"#.*", "", body).split()
            keyword, values = "", {}
            for word in words:
                if word in ("NAME", "DEPS", "LIBS", "TEST_DEPS"):
                    keyword = word
                else:
                    values.setdefault(keyword, []).append(word)
            modules[values["NAME"][0]] = (file.parent.relative_to(src).as_posix(), values.get("DEPS", []))
    return modules


def check_cmake(layers: Layers, src: pathlib.Path) -> list[str]:
    found = []
    modules = declared_modules(src)
    for folder, dependencies in modules.values():
        where = f"src/{folder}/CMakeLists.txt:1"
        if folder not in layers.level:
            found.append(f"{where}: the module is in no layer of src/layers.toml")
            continue
        for dependency in dependencies:
            target = modules.get(dependency, (None,))[0]
            if target in layers.level and not layers.allows(folder, target):
                found.append(f"{where}: {folder} may not depend on {target}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    src = parser.parse_args().root / "src"
    layers = Layers(tomllib.loads((src / "layers.toml").read_text(encoding="utf-8")))
    found = layers.problems()
    found = found or check_sources(layers, src) + check_cmake(layers, src)
    print("\n".join(found) if found else "layers: every include points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
