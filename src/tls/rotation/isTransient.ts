import type { TlsFault } from "../TlsError.ts";

/** Whether a fault says nothing against a certificate: that is tried again at each look, and said once. */
export function isTransient({ code }: Pick<TlsFault, "code">): boolean {
  return code === "target-down" || code === "not-written";
}
