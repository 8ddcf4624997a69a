import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { ApiError } from "@/lib/http";
import { findProject, sessionQuery } from "@/lib/session";
import { statusQuery } from "@/lib/status";
import { readTracesSearch } from "@/features/traces/view-state";
import { ErrorPage, NotFoundPage } from "./error-page";
import { findTrace } from "./find-trace";
import { lastProject, rememberProject } from "./last-project";
import { parseSearch, stringifySearch } from "./search-params";
import { basePath } from "@/lib/base-path";

interface RouterContext {
  client: QueryClient;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const rootRoute = createRootRouteWithContext<RouterContext>()({ notFoundComponent: () => <NotFoundPage /> });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/auth/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = text(search["next"]);
    return next?.startsWith("/") && !next.startsWith("//") ? { next } : {};
  },
  component: lazyRouteComponent(() => import("./screens/doors"), "SignInScreen"),
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/auth/sign-up",
  component: lazyRouteComponent(() => import("./screens/doors"), "SignUpScreen"),
});

/** Everything below needs someone signed in. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    });
    if (!session?.user) throw redirect({ to: "/auth/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    return { session };
  },
});

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/",
  beforeLoad: ({ context }) => {
    const place = lastProject(context.session);
    if (place) throw redirect({ to: "/project/$projectId/traces", params: { projectId: place.project.id } });
    const organization = context.session.organizations[0];
    throw redirect({ to: "/setup", search: organization ? { organization: organization.id } : {} });
  },
});

const setupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/setup",
  validateSearch: (search: Record<string, unknown>): { organization?: string } => {
    const organization = text(search["organization"]);
    return organization ? { organization } : {};
  },
  component: lazyRouteComponent(() => import("./screens/doors"), "SetupScreen"),
});

const anyTraceRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/trace/$traceId",
  validateSearch: (search: Record<string, unknown>): { observation?: string } => {
    const observation = text(search["observation"]);
    return observation ? { observation } : {};
  },
  beforeLoad: async ({ context, params, search }) => {
    const projectId = await findTrace(context.session, params.traceId);
    if (projectId) throw redirect({ to: "/project/$projectId/traces/$traceId", params: { projectId, traceId: params.traceId }, search });
  },
  component: () => <NotFoundPage what="trace" />,
});

const projectRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/project/$projectId",
  beforeLoad: async ({ context, params, location }) => {
    if (params.projectId === "~") {
      const last = lastProject(context.session);
      if (!last) throw redirect({ to: "/" });
      throw redirect({ href: location.href.replace("/project/~", `/project/${encodeURIComponent(last.project.id)}`) });
    }
    // A project made a moment ago, perhaps in another tab, is not in the session yet.
    const session = findProject(context.session, params.projectId)
      ? context.session
      : await context.client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    const place = findProject(session, params.projectId);
    if (place) rememberProject(params.projectId);
    return { place };
  },
  component: lazyRouteComponent(() => import("./screens/project"), "ProjectScreen"),
});

const projectHomeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/project/$projectId/traces", params });
  },
});

const tracesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "traces",
  validateSearch: readTracesSearch,
  // Whether there is data decides what to draw: asked while the code is still on its way.
  loader: ({ context, params }) => void context.client.prefetchQuery(statusQuery(params.projectId)),
  component: lazyRouteComponent(() => import("./screens/tracing"), "TracingScreen"),
});

const traceRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "traces/$traceId",
  validateSearch: readTracesSearch,
  component: lazyRouteComponent(() => import("./screens/tracing"), "TraceScreen"),
});

const settingsHomeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "settings",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/project/$projectId/settings/$page", params: { ...params, page: "general" } });
  },
});

const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "settings/$page",
  component: lazyRouteComponent(() => import("./screens/settings"), "SettingsScreen"),
});

const operatorHomeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "operator",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/project/$projectId/operator/$page", params: { ...params, page: "overview" } });
  },
});

/** The whole instance; below a project only so that the sidebar keeps its place. */
const operatorRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "operator/$page",
  validateSearch: (search: Record<string, unknown>): { range?: string; reason?: string; of?: string } => {
    const range = text(search["range"]);
    const reason = text(search["reason"]);
    const of = text(search["of"]);
    return { ...(range ? { range } : {}), ...(reason ? { reason } : {}), ...(of ? { of } : {}) };
  },
  component: lazyRouteComponent(() => import("./screens/operator"), "OperatorScreen"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  signUpRoute,
  signedInRoute.addChildren([
    homeRoute,
    setupRoute,
    anyTraceRoute,
    projectRoute.addChildren([projectHomeRoute, tracesRoute, traceRoute, settingsHomeRoute, settingsRoute, operatorHomeRoute, operatorRoute]),
  ]),
]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    basepath: basePath === "" ? "/" : basePath,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultErrorComponent: ({ error, reset }) => <ErrorPage error={error instanceof Error ? error : new Error(String(error))} reset={reset} />,
    defaultNotFoundComponent: () => <NotFoundPage />,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
