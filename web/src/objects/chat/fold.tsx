import { ChevronDown, ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";

interface FoldProps {
  title: string;
  icon?: ReactNode;
  preview?: string;
  meta?: string;
  startsOpen?: boolean;
  children: ReactNode;
}

/** One line that opens: system prompts, tools, reasoning. */
export function Fold({ title, icon, preview, meta, startsOpen = false, children }: FoldProps) {
  const [isOpen, setIsOpen] = useState(startsOpen);
  return (
    <div className="min-w-0">
      <button type="button" className="fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {isOpen ? <ChevronDown aria-hidden="true" /> : (icon ?? <ChevronRight aria-hidden="true" />)}
        <b>{title}</b>
        {!isOpen && preview && <span className="t">{preview}</span>}
        {meta && <span className="m">{meta}</span>}
      </button>
      {isOpen && <div className="fold-body">{children}</div>}
    </div>
  );
}
