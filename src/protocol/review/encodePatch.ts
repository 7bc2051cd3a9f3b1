import type { PatchOperation } from "../patch/PatchOperation.ts";

/** `String.fromCharCode` takes its arguments on the stack; this many are safe on every runtime. */
const CHUNK = 8192;

/** A patch as `AdmissionResponse.patch` carries it: base64 (RFC 4648, section 4) of the UTF-8 of its JSON. */
export function encodePatch(patch: readonly PatchOperation[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(patch));
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(binary);
}
