import type { RequestOptions } from "node:https";

/** The secrets that a request sends, and that an answer may repeat: bearer token, user and password. A private key is not sent. */
export function credentialsOf({ headers, auth }: RequestOptions): string[] {
  const authorization: unknown = Object.entries({ ...headers }).find(([name]) => /^authorization$/i.test(name))?.[1];
  const texts = [authorization, auth, auth?.slice(auth.indexOf(":") + 1)];
  return texts.flatMap((text) => (typeof text === "string" ? text.replace(/^(?:Bearer|Basic) /i, "") : []));
}
