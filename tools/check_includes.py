#!/usr/bin/env python3
"""Every source includes the standard headers it uses, itself or through the project's headers it includes.

The precompiled header (cmake/pch.h) hides a missing #include from the compiler; this finds it in a second, without
compiling. Usage: check_includes.py [--fix]; prints FILE: missing <header> (what is used of it); exit 1 when there is
any. --fix adds the lines.
"""

import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "bench", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

ALGORITHMS = """adjacent_find all_of any_of binary_search clamp copy copy_backward copy_if copy_n count count_if equal
equal_range fill fill_n find find_first_of find_if find_if_not for_each generate includes is_heap is_sorted
lexicographical_compare lower_bound make_heap max max_element merge min min_element minmax mismatch none_of nth_element
partial_sort partition pop_heap push_heap remove remove_if replace reverse rotate search set_difference
set_intersection set_union shuffle sort sort_heap stable_partition stable_sort transform unique upper_bound""".split()

# Header of cmake/pch.h -> what it is included for.
NAMES = {
    "algorithm": [*ALGORITHMS, *("ranges::" + name for name in ALGORITHMS)],
    "array": ["array", "to_array"],
    "atomic": ["atomic", "atomic_bool", "atomic_flag", "memory_order_acquire", "memory_order_relaxed"],
    "charconv": ["chars_format", "from_chars", "to_chars"],
    "chrono": ["chrono", "chrono_literals"],
    "condition_variable": ["condition_variable", "condition_variable_any", "cv_status"],
    "cstdint": [f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)],
    "cstring": ["memchr", "memcmp", "memcpy", "memmove", "memset", "strchr", "strcmp", "strerror", "strlen", "strncmp"],
    "deque": ["deque"],
    "expected": ["expected", "unexpected"],
    "functional": ["equal_to", "function", "greater", "less", "move_only_function", "ref", "cref"],
    "map": ["map", "multimap"],
    "memory": ["enable_shared_from_this", "make_shared", "make_unique", "shared_ptr", "unique_ptr", "weak_ptr"],
    "mutex": ["call_once", "lock_guard", "mutex", "once_flag", "recursive_mutex", "scoped_lock", "unique_lock"],
    "optional": ["make_optional", "nullopt", "optional"],
    "set": ["multiset", "set"],
    "span": ["span"],
    "string": ["stoi", "stol", "stoul", "stoull", "string", "to_string", "u16string", "u32string"],
    "string_view": ["string_view"],
    "thread": ["jthread", "this_thread", "thread"],
    "tuple": ["forward_as_tuple", "make_tuple", "tie", "tuple"],
    "unordered_map": ["unordered_map", "unordered_multimap"],
    "unordered_set": ["unordered_set"],
    "utility": ["exchange", "pair"],
    "variant": ["get_if", "holds_alternative", "monostate", "variant", "visit"],
    "vector": ["vector"],
}
USES = {header: re.compile(rf"\bstd::({'|'.join(names)})\b") for header, names in NAMES.items()}
# What a header brings by its own definition: its interface is made of it.
BRINGS = {
    "string": ["string_view"], "map": ["utility"], "unordered_map": ["utility"], "vector": [], "chrono": ["cstdint"],
    "charconv": [], "condition_variable": ["mutex"], "filesystem": ["string", "string_view"],
    "sstream": ["string", "string_view"], "fstream": ["string", "string_view"], "iostream": ["string", "string_view"],
    "regex": ["string", "string_view"], "algorithm": ["utility"], "tuple": ["utility"], "optional": ["utility"],
    "random": [], "stdexcept": ["string", "string_view"], "cinttypes": ["cstdint"], "span": ["array"],
    "gtest/gtest.h": ["string", "string_view", "memory", "vector", "tuple", "set", "map", "utility", "functional"],
    "gmock/gmock.h": ["string", "string_view", "memory", "vector", "tuple", "set", "map", "utility", "functional"],
}


def project_file(name: str, folder: pathlib.Path) -> pathlib.Path | None:
    """A header named in quotes: from src/, from the root (bench/), or beside the source."""
    return next((path for path in (ROOT / "src" / name, ROOT / name, folder / name) if path.is_file()), None)


@functools.cache
def included(path: pathlib.Path) -> frozenset[str]:
    """Standard headers that come with `path`, through the project's own headers too."""
    found, queue, seen = set(), [path], {path}
    while queue:
        file = queue.pop()
        for quote, name in INCLUDE.findall(file.read_text(encoding="utf-8")):
            if quote == "<":
                found.add(name)
            elif (header := project_file(name, file.parent)) and header not in seen:
                seen.add(header)
                queue.append(header)
    for name in list(found):
        found.update(BRINGS.get(name, []))
        for brought in BRINGS.get(name, []):
            found.update(BRINGS.get(brought, []))
    return frozenset(found)


def missing(path: pathlib.Path) -> dict[str, str]:
    """Header -> the first name of it that `path` uses."""
    code = NOT_CODE.sub(" ", path.read_text(encoding="utf-8"))
    found = {}
    for header, use in USES.items():
        match = use.search(code)
        if match and header not in included(path):
            found[header] = match[1]
    return found


def add_includes(path: pathlib.Path, headers: list[str]) -> None:
    """Before the first standard header, else after the first include; clang-format sorts the block."""
    text = path.read_text(encoding="utf-8")
    lines = "".join(f"#include <{header}>\n" for header in headers)
    standard = re.search(r"^#include <[a-z_0-9]+>\n", text, re.M)
    if standard:
        text = text[: standard.start()] + lines + text[standard.start() :]
    else:
        own = re.search(r'^#include "' + re.escape(path.stem) + r'\.h"\n|^#include "[^"]*/' + re.escape(path.stem) + r'\.h"\n',
                        text, re.M)
        first = INCLUDE.search(text)
        at = own.end() if own else first.start() if first else 0
        text = text[:at] + ("\n" if own else "") + lines + ("" if own else "\n") + text[at:]
    path.write_text(text, encoding="utf-8")


def main() -> int:
    wanted = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))
              if path.suffix in (".cc", ".h") and "pch" not in path.name]
    count = 0
    for path in wanted:
        lacks = missing(path)
        count += bool(lacks)
        if lacks and "--fix" in sys.argv:
            add_includes(path, sorted(lacks))
        for header, name in lacks.items():
            print(f"{path.relative_to(ROOT)}: missing <{header}> (std::{name})")
    print(f"{len(wanted)} sources, {count} rely on the precompiled header")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
