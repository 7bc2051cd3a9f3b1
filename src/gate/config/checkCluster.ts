// Generated from clusterSchema by infra/checks/checkModule.ts. `npm run build` refreshes it.
import type * as z from "zod/mini";
import { isJsonObject } from "../../protocol/Json.ts";
import type { DecodeFault, DecodeResult } from "../../protocol/review/DecodeResult.ts";
import { isObject, shapeFault, unknownKeysFault } from "../../protocol/shapeFault.ts";
import type { clusterSchema } from "./Cluster.ts";

/** Checks a value as {@link clusterSchema} does. Returns the value itself, or the fault of zod's first issue. */
export function checkCluster(value: unknown): DecodeResult<z.infer<typeof clusterSchema>> {
  const fault = faultOf(value);
  // The schema's type describes a value without a fault. Tests compare this check with zod.
  return fault === undefined ? { ok: true, value: value as z.infer<typeof clusterSchema> } : { ok: false, fault };
}

function faultOf(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("", "expected an object");
  const { mode, modes, params } = value;
  if (mode !== undefined && mode !== "enforce" && mode !== "warn" && mode !== "audit")
    return shapeFault("mode", 'expected "enforce" or "warn" or "audit"');
  if (modes !== undefined) {
    if (!isJsonObject(modes)) return shapeFault("modes", "expected a record");
    for (const key of Object.keys(modes)) {
      if (key === "__proto__") continue;
      const member = modes[key];
      if (member !== "enforce" && member !== "warn" && member !== "audit")
        return shapeFault(`modes.${key}`, 'expected "enforce" or "warn" or "audit"');
    }
  }
  if (params !== undefined && !isJsonObject(params)) return shapeFault("params", "expected a record");
  return unknownKeysFault(value, ["mode", "modes", "params"], "");
}
