import { describe, expect, it } from "vitest";
import { asMedia, findMedia, mediaKind, splitMedia } from "./reference";

const kPicture = "@@@langfuseMedia:type=image/png|id=abc_-1|source=base64_data_uri@@@";
const kSheet = "@@@langfuseMedia:type=text/csv|id=def|source=bytes@@@";

describe("references to files", () => {
  it("are found between texts", () => {
    expect(splitMedia(`see ${kPicture} and ${kSheet}`)).toEqual([
      "see ",
      { type: "image/png", id: "abc_-1", source: "base64_data_uri" },
      " and ",
      { type: "text/csv", id: "def", source: "bytes" },
    ]);
  });

  it("leave text alone that only looks like one", () => {
    for (const text of ["", "@@@langfuseMedia:@@@", "@@@langfuseMedia:type=|id=|source=@@@", "@@@langfuseMedia:type=a|id=b"]) {
      expect(splitMedia(text)).toEqual([text]);
    }
  });

  it("are told from texts that merely hold one", () => {
    expect(asMedia(` ${kPicture} `)?.id).toBe("abc_-1");
    expect(asMedia(`a ${kPicture}`)).toBeNull();
    expect(asMedia("plain")).toBeNull();
  });

  it("are found at any depth, each once", () => {
    const found = findMedia({ a: [kPicture, { b: `x ${kSheet}` }], c: kPicture, d: 1, e: null });
    expect(found.map((item) => item.id)).toEqual(["abc_-1", "def"]);
  });

  it("say how a file is shown", () => {
    expect(["image/png", "image/svg+xml", "audio/wav", "video/mp4", "text/html", "application/json", "application/pdf"].map(mediaKind)).toEqual([
      "image", "file", "audio", "video", "text", "text", "file",
    ]);
  });
});
