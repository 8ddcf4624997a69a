import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const src = fileURLToPath(new URL("./src", import.meta.url));

/** `npm run dev` and `npx vite preview` talk to a running Clew. */
const proxy = { "/api": { target: process.env["CLEW_URL"] ?? "http://127.0.0.1:3000", changeOrigin: false } };

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      "@": src,
      // Radix locks the scrolling of the page with an injected <style>, which the content security policy refuses.
      // Our page never scrolls, only its panes do.
      "react-remove-scroll": `${src}/ui/remove-scroll.tsx`,
    },
  },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // no data: URLs, so that the policy can stay at 'self'
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  experimental: {
    // Chunks find each other relative to themselves: below a base path they are not at the root. The page itself refers
    // to the root, where the server puts the base path in front.
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }),
  },
  server: { proxy },
  preview: { proxy },
});
