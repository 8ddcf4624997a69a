import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { Button, IconButton } from "./button";

function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}

export function CopyIconButton({ text, label, shortcut }: { text: string; label: string; shortcut?: string }) {
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
