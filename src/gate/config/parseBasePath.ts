import { isBasePath } from "../../protocol/gateUrl.ts";
import { GateConfigError } from "./GateConfigError.ts";

/** Checks the base path of a gate. Empty without one. Throws {@link GateConfigError} for a path that no gate can have. */
export function parseBasePath(path = ""): string {
  if (isBasePath(path)) return path;
  throw new GateConfigError("basePath", ": expected such as /hooks, of plain characters and without a segment c or k");
}
