import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { Button, IconButton } from "./button";

/** What is copied; a function where making it costs something. */
type Text = string | (() => string);

function useCopied(): [boolean, (text: Text) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(typeof text === "string" ? text : text()).then(setCopied)];
}

export function CopyIconButton({ text, label, shortcut }: { text: Text; label: string; shortcut?: string }) {
  const [copied, copy] = useCopied();
  return (
    <IconButton label={copied ? "Copied" : label} {...(shortcut ? { shortcut } : {})} onClick={() => copy(text)}>
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
    </IconButton>
  );
}

interface CopyButtonProps {
  text: string;
  label?: string;
  variant?: "default" | "ghost" | "primary";
  size?: "s" | "m";
}

export function CopyButton({ text, label = "Copy", variant = "ghost", size = "s" }: CopyButtonProps) {
  const [copied, copy] = useCopied();
  return (
    <Button variant={variant} size={size} icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />} onClick={() => copy(text)}>
      {copied ? "Copied" : label}
    </Button>
  );
}
