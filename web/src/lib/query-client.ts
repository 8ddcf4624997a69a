import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./http";

/** Retries only what may succeed the second time: lost connections and overload, never a refusal. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
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
