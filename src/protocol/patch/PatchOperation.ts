/** One operation of a JSON Patch (RFC 6902). Only the three operations that a diff needs. `path` is a JSON Pointer (RFC 6901). */
export type PatchOperation =
  | { readonly op: "add"; readonly path: string; readonly value: unknown }
  | { readonly op: "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** Appends a member name or an array index to a JSON Pointer. Escapes `~` and `/` (RFC 6901, section 3). */
export function pointerTo(parent: string, token: string | number): string {
  if (typeof token === "number") return `${parent}/${token}`;
  return `${parent}/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
