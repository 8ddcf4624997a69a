// End-to-end journeys in a real browser: `npm run e2e` (starts the mock server), or CLEW_E2E_URL=http://… npm run e2e
// against a running Clew. Every journey states what a person relies on; the run ends with the list of what failed.
import { fileURLToPath } from "node:url";
import { baseUrl, launch } from "./browser.mjs";
import * as access from "./journeys/access.mjs";
import * as accessibility from "./journeys/accessibility.mjs";
import * as large from "./journeys/large.mjs";
import * as list from "./journeys/list.mjs";
import * as media from "./journeys/media.mjs";
import * as models from "./journeys/models.mjs";
import * as operator from "./journeys/operator.mjs";
import * as onboarding from "./journeys/onboarding.mjs";
import * as recorded from "./journeys/recorded.mjs";
import * as selection from "./journeys/selection.mjs";
import * as settings from "./journeys/settings.mjs";
import * as upkeep from "./journeys/upkeep.mjs";
import * as trace from "./journeys/trace.mjs";

const only = process.argv[2];
let server = null;
if (!process.env.CLEW_E2E_URL) {
  const { createMock } = await import(fileURLToPath(new URL("../testing/mock-server.mjs", import.meta.url)));
  server = createMock({ isLive: false });
  await new Promise((resolve) => server.listen(Number(new URL(baseUrl).port), "127.0.0.1", resolve));
}
const browser = await launch();
const failures = [];
for (const [area, journeys] of Object.entries({ access, onboarding, list, selection, trace, large, media, recorded, settings, models, upkeep, operator, accessibility })) {
  for (const [name, journey] of Object.entries(journeys)) {
    const title = `${area}: ${name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)}`;
    if (only && !title.includes(only)) continue;
    const began = performance.now();
    try {
      await journey(browser);
      console.log(`ok    ${title} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failures.push(title);
      console.log(`FAIL  ${title}\n      ${String(error.message ?? error).split("\n").slice(0, 12).join("\n      ")}`);
    } finally {
      for (const context of browser.contexts()) await context.close();
    }
  }
}
await browser.close();
server?.close();
server?.closeAllConnections();
console.log(failures.length === 0 ? "all journeys passed" : `${failures.length} failed: ${failures.join("; ")}`);
process.exit(failures.length === 0 ? 0 : 1);
