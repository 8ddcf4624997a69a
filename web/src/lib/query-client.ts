import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./http";

/**
 * `onSignedOut` is told when the server no longer knows the session. Retries only what may succeed the second time: lost connections and overload, never a refusal.
 */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false,
        staleTime: 5_000,
        retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
        retryDelay: (count) => 400 * 2 ** count,
      },
    },
  });
}
