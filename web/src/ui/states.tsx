import { CircleAlert, RotateCw } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { ApiError } from "@/lib/http";
import { Button } from "./button";

interface ErrorPanelProps {
  title: string;
  error: unknown;
  onRetry?: (() => void) | undefined;
  children?: ReactNode;
}

/** Stands inside the panel that failed: what happened, a retry, a narrower alternative, and details to copy. */
export function ErrorPanel({ title, error, onRetry, children }: ErrorPanelProps) {
  const message = error instanceof Error ? error.message : String(error);
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div className="state" role="alert">
      <h2 className="flex items-center gap-1.5">
        <CircleAlert className="size-4 text-danger" aria-hidden="true" />
        {title}
      </h2>
      <p className="max-w-[440px]">{message}</p>
      <div className="mt-1 flex gap-2">
        {onRetry && (
          <Button icon={<RotateCw aria-hidden="true" />} onClick={onRetry}>
            Try again
          </Button>
        )}
        {children}
      </div>
      {requestId && (
        <p className="text-small text-ink-3">
          Request <code>{requestId}</code>
        </p>
      )}
    </div>
  );
}

export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children && <div className="max-w-[480px]">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** True once loading has lasted long enough to be worth showing. */
export function useSlow(isLoading: boolean, afterMs = 120): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!isLoading) return;
    const timer = setTimeout(() => setSlow(true), afterMs);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isLoading, afterMs]);
  return slow && isLoading;
}

/** Rows in the shape of what comes. */
export function SkeletonLines({ count, widths = ["62%", "84%", "48%", "71%"] }: { count: number; widths?: string[] }) {
  return (
    <div className="flex flex-col gap-3 p-4" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <span key={index} className="skel" style={{ width: widths[index % widths.length] }} />
      ))}
    </div>
  );
}
