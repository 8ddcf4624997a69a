import { describe, expect, it } from "vitest";
import { nothingPicked, pageState, pick, pickPage, type Selection } from "./selection";

interface Row {
  id: string;
}
const idOf = (row: Row) => row.id;
const rows = (text: string): Row[] => text.split("").map((id) => ({ id }));
const ids = (selection: Selection<Row>) => [...selection.picked.keys()].sort().join("");
const page = rows("abcdef");
const press = (selection: Selection<Row>, id: string, extend = false, list = page) => pick(selection, list, idOf, id, extend);

describe("a selection", () => {
  it("takes a row and drops it again", () => {
    const one = press(nothingPicked<Row>(), "b");
    expect(ids(one)).toBe("b");
    expect(ids(press(one, "b"))).toBe("");
  });

  it("extends from the last row pressed, in both directions", () => {
    expect(ids(press(press(nothingPicked<Row>(), "b"), "d", true))).toBe("bcd");
    expect(ids(press(press(nothingPicked<Row>(), "d"), "b", true))).toBe("bcd");
  });

  it("drops a range when the row at its end is chosen", () => {
    const all = pickPage(nothingPicked<Row>(), page, idOf);
    expect(ids(press(press(all, "b"), "d", true))).toBe("aef");
  });

  it("extends by the rows that stand there now, although new ones arrived", () => {
    const one = press(nothingPicked<Row>(), "b");
    expect(ids(press(one, "c", true, rows("zabxcd")))).toBe("bcx");
  });

  it("is one row when the beginning of the range left the page", () => {
    const one = press(nothingPicked<Row>(), "b");
    expect(ids(press(one, "y", true, rows("xyz")))).toBe("by");
  });

  it("keeps what was chosen on other pages", () => {
    const both = pickPage(press(nothingPicked<Row>(), "b"), rows("xyz"), idOf);
    expect(ids(both)).toBe("bxyz");
    expect(pageState(both, page, idOf)).toBe("some");
    expect(pageState(both, rows("xyz"), idOf)).toBe("all");
    expect(ids(pickPage(both, rows("xyz"), idOf))).toBe("b");
  });

  it("is no longer all that match once a row is dropped", () => {
    const all = { ...pickPage(nothingPicked<Row>(), page, idOf), allUntil: "2026-01-02T00:00:00Z" };
    expect(press(all, "c").allUntil).toBeNull();
  });
});
