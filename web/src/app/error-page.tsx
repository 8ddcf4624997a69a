import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { sessionQuery } from "@/lib/session";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { EmptyState, ErrorPanel } from "@/ui/states";

/** What a screen shows when it broke: the rest of the product keeps working. */
export function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  const router = useRouter();
  // A new version was deployed and the old chunk is gone: load the new one.
  const isOldVersion = /dynamically imported module|Importing a module script failed|Failed to fetch dynamically/i.test(error.message);
  useEffect(() => {
    if (isOldVersion) window.location.reload();
  }, [isOldVersion]);
  return (
    <div className="grid h-full place-items-center">
      <ErrorPanel
        title="This screen stopped"
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      >
        <CopyButton text={`${error.name}: ${error.message}\n${error.stack ?? ""}`} label="Copy details" variant="default" size="m" />
      </ErrorPanel>
    </div>
  );
}

export function NotFoundPage({ what = "page" }: { what?: string }) {
  const { data: session } = useQuery(sessionQuery);
  return (
    <div className="grid h-full place-items-center">
      <EmptyState
        title={`This ${what} does not exist`}
        actions={
          <>
            <Link to="/" className="btn primary">
              Go to tracing
            </Link>
            <Button onClick={() => window.history.back()}>Back</Button>
          </>
        }
      >
        The address may be mistyped, or what was here was removed{session?.user ? ` or is not shared with ${session.user.email}` : ""}.
      </EmptyState>
    </div>
  );
}
