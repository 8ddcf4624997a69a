// Plain <a href> links inside features are real links; this turns their plain clicks into navigations without a reload.
import type { AnyRouter } from "@tanstack/react-router";
import { withBase } from "@/lib/base-path";

export function routeLinks(router: AnyRouter): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.origin !== window.location.origin || link.hasAttribute("download")) return;
    if (link.pathname.startsWith(withBase("/api/"))) return;
    event.preventDefault();
    router.history.push(link.pathname + link.search + link.hash);
  };
  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
