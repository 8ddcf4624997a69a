import "@/ui/styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/lib/query-client";
import { sessionQuery } from "@/lib/session";
import { GlyphSprite } from "@/objects/marks/glyph";
import { ToastProvider } from "@/ui/toast";
import { TooltipProvider } from "@/ui/tooltip";
import { routeLinks } from "./links";
import { createAppRouter } from "./router";
import { currentPath } from "@/lib/base-path";

// Most visits end up in a project: its code comes along with the session instead of after it.
if (!currentPath().startsWith("/auth/")) {
  void import("./screens/project");
  void import("./screens/tracing");
}

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");

// The session ended elsewhere or ran out: ask who is signed in, and the router leads to the door and back.
const client = createQueryClient(() => {
  if (currentPath().startsWith("/auth/")) return;
  void client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(() => router.invalidate());
});
const router = createAppRouter(client);
routeLinks(router);

createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <ToastProvider>
          <GlyphSprite />
          <RouterProvider router={router} />
        </ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
