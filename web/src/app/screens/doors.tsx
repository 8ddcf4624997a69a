import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import type { Session } from "@/lib/api-types";
import { setCsrfToken } from "@/lib/http";
import { sessionQuery } from "@/lib/session";
import { SignInPage } from "@/features/auth/sign-in-page";
import { SignUpPage } from "@/features/auth/sign-up-page";
import { SetupPage } from "@/features/projects/setup-page";
import { withBase } from "@/lib/base-path";

function useEnter(next: string) {
  const client = useQueryClient();
  const router = useRouter();
  return (session: Session) => {
    client.clear();
    setCsrfToken(session.csrfToken);
    client.setQueryData(sessionQuery.queryKey, session);
    router.history.push(withBase(next));
  };
}

export function SignInScreen() {
  const { next } = useSearch({ from: "/auth/sign-in" });
  const enter = useEnter(next ?? "/");
  return <SignInPage onSignedIn={enter} signUpHref="/auth/sign-up" />;
}

export function SignUpScreen() {
  const enter = useEnter("/");
  return <SignUpPage onSignedIn={enter} signInHref={withBase("/auth/sign-in")} />;
}

export function SetupScreen() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { organization } = useSearch({ from: "/signed-in/setup" });
  return (
    <SetupPage
      key={organization ?? "new"}
      organizationId={organization}
      onSessionChanged={() => client.fetchQuery({ ...sessionQuery, staleTime: 0 })}
      onOrganization={(id) => void navigate({ to: "/setup", search: { organization: id } })}
      onDone={(projectId) => void navigate({ to: "/project/$projectId/traces", params: { projectId } })}
    />
  );
}
