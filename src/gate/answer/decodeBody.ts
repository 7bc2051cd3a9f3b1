import type { DecodeResult } from "../../protocol/review/DecodeResult.ts";
import { GateError } from "../GateError.ts";

/**
 * Parses and decodes the body of a call. `serves` names what the path takes, for the error. Throws {@link GateError}:
 * `not-json`, `wrong-review-kind`, or `wrong-envelope` with the path of the fault.
 */
export function decodeBody<T>(text: string, decode: (body: unknown) => DecodeResult<T>, serves: string): T {
  const decoded = decode(parse(text));
  if (decoded.ok) return decoded.value;
  const { path, expected, about } = decoded.fault;
  if (about === "kind") throw new GateError("wrong-review-kind", `${serves}; ${path}: ${expected}`, { path });
  throw new GateError("wrong-envelope", `${path}: ${expected}`, { path });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GateError("not-json", "the body is not JSON");
  }
}
