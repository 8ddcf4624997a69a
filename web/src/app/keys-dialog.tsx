import { kModifier } from "@/lib/use-hotkeys";
import { Dialog } from "@/ui/dialog";
import { Kbd } from "@/ui/kbd";

const kGroups: { title: string; keys: [string, string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      [`${kModifier}K`, "Go to, search, commands"],
      ["/", "Query or find"],
      [`${kModifier}B`, "Fold the navigation"],
      [`${kModifier}.`, "Light or dark"],
      ["G T", "Tracing"],
      ["[ ]", "Back, forward"],
      ["Esc", "Close the innermost thing"],
    ],
  },
  {
    title: "Lists",
    keys: [["J K", "Next, previous"], ["↵", "Open beside the list"], [`${kModifier}↵`, "Open in a new tab"], ["T", "Time range"], ["L", "Live"], ["R", "Refresh"], ["X", "Select the row"], ["⇧X", "Select up to the row"], ["⇧A", "Select the page"], ["Y", "Copy ids of the selection"], ["#", "Delete the selection"]],
  },
  {
    title: "Trace",
    keys: [
      ["↑ ↓", "Move"], ["← →", "Fold, unfold, parent"], ["1 2 3", "Waterfall, tree, transcript"], ["E", "Next error"], ["S", "Next slow step"],
      ["N", "Next hit"], ["O", "Critical path"], ["M", "Messages or JSON"], ["Y", "Copy id"], ["J K", "Next, previous trace of the list"],
    ],
  },
];

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" wide>
      <div className="mt-3 grid gap-5 sm:grid-cols-2">
        {kGroups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1 text-micro text-ink-3">{group.title}</h3>
            <dl>
              {group.keys.map(([key, what]) => (
                <div key={key} className="flex h-6 items-center gap-2 text-small">
                  <dt className="w-20">
                    <Kbd>{key}</Kbd>
                    <span className="sr-only">{key}</span>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
