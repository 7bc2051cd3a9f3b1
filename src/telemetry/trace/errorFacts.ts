import { redactText } from "../redact/redactText.ts";

/** The longest message, in UTF-16 code units. */
const MAX_MESSAGE_LENGTH = 512;

/** What a span says of anything that was thrown: `error.type`, which is the code or the class, and a message without secrets. */
export function errorFacts(error: unknown): { readonly type: string; readonly message: string } {
  const isError = error instanceof Error;
  const type = isError ? ("code" in error ? String(error.code) : error.name) : typeof error;
  const message = redactText(isError ? error.message : String(error)).slice(0, MAX_MESSAGE_LENGTH);
  return { type, message };
}
