import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState } from "react";
import type { Created } from "@/lib/api-types";
import { sessionQuery } from "@/lib/session";
import { TextField } from "@/ui/field";

interface NameFieldProps {
  label: string;
  name: string;
  canEdit: boolean;
  save: (name: string) => Promise<Created>;
}

/** Saves when one leaves it; an empty name goes back to what it was. */
export function NameField({ label, name, canEdit, save }: NameFieldProps) {
  const client = useQueryClient();
  const [text, setText] = useState(name);
  const rename = useMutation({ mutationFn: save, onSuccess: () => client.invalidateQueries(sessionQuery) });
  const commit = () => {
    const next = text.trim();
    if (next === "") setText(name);
    else if (next !== name) rename.mutate(next);
  };
  return (
    <div className="flex max-w-96 items-end gap-2">
      <div className="flex-1">
        <TextField
          label={label}
          value={text}
          disabled={!canEdit}
          error={rename.error?.message}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
      </div>
      <span className="flex h-7 w-16 items-center gap-1 text-small text-ink-3" role="status">
        {rename.isPending && "Saving"}
        {rename.isSuccess && text.trim() === name && (
          <>
            <Check className="size-3.5 text-better" aria-hidden="true" /> Saved
          </>
        )}
      </span>
    </div>
  );
}
