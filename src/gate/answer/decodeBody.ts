import type { DecodeResult } from "../../protocol/review/DecodeResult.ts";
import { GateError } from "../GateError.ts";

/**
 * Decodes the body of a call. `parse` is `JSON.parse` for policies that only read, or `parseExact` where values are written
 * back. `serves` names what the path takes, for the error. Throws {@link GateError}: `not-json`, `wrong-review-kind`, or
 * `wrong-envelope` with the path of the fault.
 */
export function decodeBody<T>(
  text: string,
  parse: (text: string) => unknown,
  decode: (body: unknown) => DecodeResult<T>,
  serves: string,
): T {
  const decoded = decode(parsed(text, parse));
  if (decoded.ok) return decoded.value;
  const { path, expected, about } = decoded.fault;
  if (about === "kind") throw new GateError("wrong-review-kind", `${serves}; ${path}: ${expected}`, { path });
  throw new GateError("wrong-envelope", `${path}: ${expected}`, { path });
}

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    throw new GateError("not-json", "the body is not JSON");
  }
}
