import type { ReactNode } from "react";
import { Logo } from "@/ui/logo";

/** The frame of every page before the product: signing in, signing up, setting up. */
export function Door({ title, lead, wide = false, children }: { title: string; lead?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <main className="door">
      <div className={wide ? "door-card wide" : "door-card"}>
        <div className="flex items-center gap-2 font-strong">
          <Logo /> Clew
        </div>
        <div>
          <h1>{title}</h1>
          {lead && <p className="mt-1 text-ink-2">{lead}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
