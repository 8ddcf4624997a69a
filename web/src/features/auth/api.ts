import type { Session } from "@/lib/api-types";
import { sendJson } from "@/lib/http";

export const signIn = (body: { email: string; password: string }) => sendJson<Session>("POST", "/api/ui/sign-in", body);
export const signUp = (body: { name: string; email: string; password: string }) => sendJson<Session>("POST", "/api/ui/sign-up", body);
