"""A trace as text: one line for each observation, children below their parent, siblings by type and name."""

from collections.abc import Iterable


def by_parent(trace: dict) -> dict[str | None, list[dict]]:
    known = {item["id"] for item in trace["observations"]}
    children: dict[str | None, list[dict]] = {}
    for item in trace["observations"]:
        parent = item["parentObservationId"]
        children.setdefault(parent if parent in known else None, []).append(item)
    return children


def outline(trace: dict, ignored: Iterable[str] = ()) -> str:
    """`TYPE name`, with ` !` behind those that failed; without observations (and all below) of the ignored names.

    Order does not depend on the clock.
    """
    children = by_parent(trace)

    def block(item: dict, depth: int) -> str:
        mark = " !" if item["level"] == "ERROR" else ""
        below = sorted(
            block(child, depth + 1) for child in children.get(item["id"], []) if child["name"] not in ignored
        )
        return "\n".join([f"{'  ' * depth}{item['type']} {item['name']}{mark}", *below])

    return "\n".join(sorted(block(item, 0) for item in children.get(None, [])))
