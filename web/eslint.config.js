// Type-aware rules plus one of our own: imports flow lib → ui → objects → features → app. The folders are read from
// disk, so a new one is covered the day it appears.
import { readdirSync } from "node:fs";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const layers = ["lib", "ui", "objects", "features", "app"];
const features = readdirSync(new URL("./src/features", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const forbid = (patterns, message) => ({
  "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }],
});

const layering = layers.slice(0, -1).map((layer, index) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  rules: forbid(
    [
      ...layers.slice(index + 1).flatMap((upper) => [`@/${upper}`, `@/${upper}/*`, `**/../${upper}/*`]),
    ],
    `Imports flow ${layers.join(" → ")}.`,
  ),
}));

const isolation = features.map((feature) => ({
  files: [`src/features/${feature}/**/*.{ts,tsx}`],
  rules: forbid(
    [
      "@/app", "@/app/*",
      ...features.filter((other) => other !== feature).flatMap((other) => [`@/features/${other}`, `@/features/${other}/*`]),
    ],
    "A feature never imports the application or another feature: move the shared part to objects/.",
  ),
}));

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "src/api/ui.d.ts"] },
  ...tseslint.configs.strict.map((config) => ({ ...config, files: ["src/**/*.{ts,tsx}"] })),
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "react-hooks/incompatible-library": "off", // TanStack Virtual cannot be memoised by the compiler, which we do not use
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='toFixed']",
          message: "Numbers are formatted by lib/format.",
        },
      ],
    },
  },
  { files: ["src/**/*.tsx"], ...jsxA11y.flatConfigs.recommended },
  { files: ["src/lib/format.ts"], rules: { "no-restricted-syntax": "off" } },
  ...layering,
  ...isolation,
);
