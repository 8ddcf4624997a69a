// What the programs of all generations share: the scenario, and how they tell what they sent.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

// A picture of one pixel.
export const kPicture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const scenario = () => JSON.parse(readFileSync(process.env.SCENARIO, "utf8"));
export const sessionId = () => `session-${randomUUID().slice(0, 13)}`;
export const finish = (told) => console.log(JSON.stringify(told));
