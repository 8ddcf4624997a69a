import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Session } from "@/lib/api-types";
import { sessionQuery } from "@/lib/session";
import { Door } from "@/objects/door/door";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { signIn } from "./api";

interface SignInPageProps {
  onSignedIn: (session: Session) => void;
  signUpHref: string;
}

export function SignInPage({ onSignedIn, signUpHref }: SignInPageProps) {
  const { data: session } = useQuery(sessionQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({ mutationFn: signIn, onSuccess: onSignedIn });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate({ email: email.trim(), password });
  };
  const demo = session?.demo;
  return (
    <Door title="Sign in">
      <form className="flex flex-col gap-3.5" onSubmit={submit}>
        <TextField label="E-mail" type="email" name="email" autoComplete="username" large required value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField label="Password" type="password" name="password" autoComplete="current-password" large required value={password} onChange={(event) => setPassword(event.target.value)} />
        {enter.error && <FieldError>{enter.error.message}</FieldError>}
        <Button type="submit" variant="primary" size="l" className="justify-center" busy={enter.isPending}>
          Sign in
        </Button>
      </form>
      {demo && (
        <div className="note acc items-center">
          <span className="flex-1">
            Demo account: <code>{demo.email}</code>, password <code>{demo.password}</code>
          </span>
          <Button size="s" busy={enter.isPending} onClick={() => enter.mutate(demo)}>
            Use it
          </Button>
        </div>
      )}
      {session?.signUpEnabled && (
        <p className="text-small text-ink-2">
          No account yet?{" "}
          <a className="link" href={signUpHref}>
            Sign up
          </a>
        </p>
      )}
    </Door>
  );
}
