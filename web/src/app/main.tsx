import "@/ui/styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/lib/query-client";
import { GlyphSprite } from "@/objects/marks/glyph";
import { ToastProvider } from "@/ui/toast";
import { TooltipProvider } from "@/ui/tooltip";
import { routeLinks } from "./links";
import { createAppRouter } from "./router";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");

const client = createQueryClient();
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
