#!/usr/bin/env python3
"""The house rules no compiler knows, as a test.

Usage: tidy.py [--root DIR]. Prints FILE:LINE: RULE: message for each violation; exit 1 when there is any.
A violation that is right where it stands carries `tidy: RULE, REASON` in a comment on its line or the one above; the
number of those is printed.

Rules: file_size, function_size, banned_call, unfinished, tenant, machine, link, large_file, pragma_once, readme.
"""

import argparse
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

FILE_LINES_MAX = {".h": 400, ".cc": 700, ".ts": 700, ".tsx": 700, ".py": 500, ".sh": 300, ".mjs": 500}
FUNCTION_LINES_MAX = 70
FILE_BYTES_MAX = 1_000_000
TEXT_SUFFIXES = {
    ".h",
    ".cc",
    ".py",
    ".sh",
    ".md",
    ".sql",
    ".toml",
    ".json",
    ".yaml",
    ".yml",
    ".txt",
    ".cmake",
    ".ts",
    ".tsx",
    ".mjs",
    ".js",
    ".css",
    ".html",
    ".xml",
    "",
}
TENANT_TABLES = r"(?:observations|payloads|scores|trace_attributes|merge_states)"

# Looked for in C++ without comments and strings: pattern, folders where it is at home, what to do instead.
BANNED_CALLS = [
    (re.compile(r"\b(?:std::|secure_)?getenv\s*\("), ("src/config/", "tests"), "settings come through src/config"),
    (re.compile(r"(?<![\w.:>])(?:std::)?system\s*\("), ("tests",), "no shell"),
    (re.compile(r"\bsleep_(?:for|until)\s*\(|(?<![\w.:>])(?:u|nano)?sleep\s*\("), ("bench/",), "wait on a condition or a timer"),
    (
        re.compile(r"(?<![\w.:>])(?:std::)?v?f?printf\s*\(|\bstd::c(?:out|err)\b"),
        ("src/cmd/", "src/main.cc", "src/base/result.h", "bench/", "tests"),
        "log through telemetry; only commands and CLEW_ASSERT print",
    ),
    (re.compile(r"\.detach\s*\(\)"), (), "every thread is joined"),
    (re.compile(r"\bthrow\b(?!\s*\()"), ("tests",), "failure is a Result"),
    (re.compile(r"\bthread_local\b"), (), "coroutines change threads"),
]
MACHINE = [
    (re.compile(r"(?<![\w.$}/-])/(?:work|root|home/\w+)/[\w.]"), "a path of somebody's machine"),
    (
        re.compile(r"https?://[\w.-]*(?:registry|mirror|artifactory|nexus)[\w.-]*\.\w+"),
        "the host of a package registry",
    ),
    (re.compile(r'"resolved":\s*"https?:'), "a lock file that names a registry's host"),
]
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SUPPRESSION = re.compile(r"tidy: (\w+), \S")
FUNCTION_START = re.compile(r"^[A-Za-z_~].*[({,]$|^[A-Za-z_~].*\) .*\{$")
NOT_A_FUNCTION = re.compile(
    r"^(?:namespace|class|struct|enum|union|extern|using|typedef|static_assert|#|public:|private:)"
)
MARKDOWN_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class File:
    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def suffix(self) -> str:
        return pathlib.PurePosixPath(self.path).suffix

    @property
    def is_cpp(self) -> bool:
        return self.suffix in (".h", ".cc")

    @property
    def is_test(self) -> bool:
        return bool(re.search(r"_(?:test|fuzz|bench)\.cc$|/testing", self.path)) or self.path.startswith("tests/")


Finding = tuple[str, int, str, str]  # path, line, rule, message


def code_only(line: str) -> str:
    """The line without string literals and line comments."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
    return line.split("//", 1)[0]


def file_size(file: File) -> Iterator[Finding]:
    limit = FILE_LINES_MAX.get(file.suffix)
    if limit and not file.path.endswith(".d.ts") and len(file.lines) > limit:
        yield file.path, 1, "file_size", f"{len(file.lines)} lines, the limit is {limit}"


def function_size(file: File) -> Iterator[Finding]:
    """Functions at namespace level of clang-formatted code: from column 0 to the `}` at column 0."""
    if not file.is_cpp or file.is_test:
        return
    start = None
    for number, line in enumerate(file.lines, 1):
        if line.startswith("}"):
            if start and number - start + 1 > FUNCTION_LINES_MAX:
                yield (
                    file.path,
                    start,
                    "function_size",
                    f"{number - start + 1} lines, the limit is {FUNCTION_LINES_MAX}",
                )
            start = None
        elif start is None and FUNCTION_START.match(line) and not NOT_A_FUNCTION.match(line):
            start = number if "(" in line else None
        elif line.endswith(";") and line[:1].strip():
            start = None


def banned_call(file: File) -> Iterator[Finding]:
    if not file.is_cpp:
        return
    raw_string = False
    for number, line in enumerate(file.lines, 1):
        if raw_string or re.search(r'R"\w*\(', line):
            raw_string = not re.search(r'\)\w*"', line.split('R"', 1)[-1])
            continue
        code = code_only(line)
        for pattern, homes, instead in BANNED_CALLS:
            at_home = file.path.startswith(homes) or ("tests" in homes and file.is_test)
            if pattern.search(code) and not at_home:
                yield file.path, number, "banned_call", f"`{pattern.search(code)[0].strip()}`: {instead}"


def unfinished(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        if UNFINISHED.search(line):
            yield file.path, number, "unfinished", "finish it, or open an issue and name what is missing in the README"


def sql_statements(file: File) -> Iterator[tuple[int, str]]:
    """(line, text) of each SQL statement that reads or changes a tenant table."""
    verb = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO|DELETE FROM)\s+(?:clew\.)?{TENANT_TABLES}\b")
    if file.suffix == ".sql":
        for block in re.finditer(r"(?ms)^-- name: .*?(?=^-- name: |\Z)", file.text):
            if verb.search(block[0]):
                yield file.text.count("\n", 0, block.start()) + 1, block[0]
        return
    lines = file.lines
    for number, line in enumerate(lines, 1):
        match = verb.search(line)
        if match and '"' in line and "INTO" not in match[0]:
            yield number, "\n".join(lines[max(0, number - 15) : number + 8])


def tenant(file: File) -> Iterator[Finding]:
    """Every statement over tenants' rows names the project, or says why not."""
    at_home = file.path.startswith(("src/query/", "src/ingest/", "src/api/"))
    if not at_home or file.is_test or file.suffix not in (".sql", ".cc", ".h"):
        return
    for number, text in sql_statements(file):
        if not re.search(r"project_id|project_predicate", text):
            yield file.path, number, "tenant", "a statement over tenants' rows without project_id"


def machine(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        for pattern, what in MACHINE:
            if pattern.search(line):
                yield file.path, number, "machine", what


def link(file: File, root: pathlib.Path) -> Iterator[Finding]:
    if file.suffix != ".md":
        return
    fenced = False
    for number, line in enumerate(file.lines, 1):
        fenced ^= line.lstrip().startswith("```")
        for match in () if fenced else MARKDOWN_LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            target = (match[1] or match[2]).split("#")[0]
            if target and not re.match(r"\w+:", target) and not (root / file.path).parent.joinpath(target).exists():
                yield file.path, number, "link", f"{target} does not exist"


def pragma_once(file: File) -> Iterator[Finding]:
    if file.suffix == ".h" and "#pragma once" not in file.text:
        yield file.path, 1, "pragma_once", "a header without #pragma once"


def readme(file: File, root: pathlib.Path) -> Iterator[Finding]:
    path = pathlib.PurePosixPath(file.path)
    if path.name == "CMakeLists.txt" and path.parts[0] == "src" and "clew_module(" in file.text:
        # A part of a module (api/public) may be described by the README of the whole.
        places = (path.parent, path.parent.parent) if len(path.parts) > 3 else (path.parent,)
        if not any((root / place / "README.md").exists() for place in places):
            yield file.path, 1, "readme", "a module without README.md (purpose, face, invariants, what does not belong)"


def is_suppressed(finding: Finding, lines: list[str]) -> bool:
    _, number, rule, _ = finding
    near = lines[max(0, number - 2) : number]
    return any(match[1] == rule for line in near for match in SUPPRESSION.finditer(line))


def tracked_files(root: pathlib.Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, text=True, capture_output=True)
    if listed.returncode == 0:
        return [path for path in listed.stdout.splitlines() if (root / path).is_file()]
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]


def check_file(root: pathlib.Path, path: str) -> Iterator[Finding]:
    size = (root / path).stat().st_size
    if size > FILE_BYTES_MAX:
        yield path, 1, "large_file", f"{size} bytes do not belong into the repository"
        return
    if pathlib.PurePosixPath(path).suffix not in TEXT_SUFFIXES or path.startswith("tests/corpus/"):
        return
    try:
        file = File(path, (root / path).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return
    for rule in (file_size, function_size, banned_call, tenant, machine, pragma_once):
        yield from rule(file)
    if file.suffix != ".json":
        yield from unfinished(file)
    for rule in (link, readme):
        yield from rule(file, root)


def check_tree(root: pathlib.Path) -> tuple[list[Finding], int]:
    found, suppressed = [], 0
    for path in sorted(tracked_files(root)):
        findings = list(check_file(root, path))
        if not findings:
            continue
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        kept = [finding for finding in findings if not is_suppressed(finding, lines)]
        suppressed += len(findings) - len(kept)
        found += kept
    return found, suppressed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    found, suppressed = check_tree(root)
    for path, number, rule, message in found:
        print(f"{path}:{number}: {rule}: {message}")
    print(f"house rules: {len(found)} violations, {suppressed} suppressed with a reason")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
