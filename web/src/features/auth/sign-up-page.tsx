import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { Session } from "@/lib/api-types";
import { sessionQuery } from "@/lib/session";
import { Door } from "@/objects/door/door";
import { Button } from "@/ui/button";
import { FieldError, TextField } from "@/ui/field";
import { EmptyState } from "@/ui/states";
import { signUp } from "./api";

const kLeastPassword = 8;

interface SignUpPageProps {
  onSignedIn: (session: Session) => void;
  signInHref: string;
}

export function SignUpPage({ onSignedIn, signInHref }: SignUpPageProps) {
  const { data: session } = useQuery(sessionQuery);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const create = useMutation({ mutationFn: signUp, onSuccess: onSignedIn });
  const isShort = password.length < kLeastPassword;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasTried(true);
    if (!isShort) create.mutate({ name: name.trim(), email: email.trim(), password });
  };
  if (session && !session.signUpEnabled) {
    return (
      <Door title="Sign up">
        <EmptyState title="Signing up is switched off here" actions={<a className="btn" href={signInHref}>Sign in</a>}>
          Ask the person who runs this installation for an account.
        </EmptyState>
      </Door>
    );
  }
  return (
    <Door title="Create your account">
      <form className="flex flex-col gap-3.5" onSubmit={submit} noValidate>
        <TextField label="Name" name="name" autoComplete="name" large required value={name} onChange={(event) => setName(event.target.value)} />
        <TextField label="E-mail" type="email" name="email" autoComplete="username" large required value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="new-password"
          large
          required
          hint={`At least ${kLeastPassword} characters`}
          error={wasTried && isShort ? `The password needs at least ${kLeastPassword} characters.` : null}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {create.error && <FieldError>{create.error.message}</FieldError>}
        <Button type="submit" variant="primary" size="l" className="justify-center" busy={create.isPending}>
          Create account
        </Button>
      </form>
      <p className="text-small text-ink-2">
        Have an account?{" "}
        <a className="link" href={signInHref}>
          Sign in
        </a>
      </p>
    </Door>
  );
}
