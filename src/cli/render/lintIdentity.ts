import type { Gate } from "../../gate/config/defineGate.ts";
import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { Host } from "../../protocol/Host.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { tierNames } from "../gate/tierNames.ts";

/**
 * The lints of who may call for a cluster: everybody, or an API server that cannot prove it. `url` is where the gate is served.
 */
export function lintIdentity(
  { conversions }: Pick<Gate, "conversions">,
  settings: Pick<GateClusterSettings, "cluster" | "identity">,
  url: string,
): Lint[] {
  const names = tierNames(settings);
  const lint = (code: Lint["code"], message: string): Lint[] => [
    { code, severity: "warning", place: `clusters.${settings.cluster}.identity`, message },
  ];
  if (names.includes("none")) {
    if (Host.ofUrl(url).isLoopback) return [];
    const beside = "has the tier none beside others: callers without a credential are accepted all the same";
    const alone = "is none: whoever reaches the gate gets its verdicts as this cluster";
    return lint("identity-none", names.length === 1 ? alone : beside);
  }
  if (conversions.length === 0 || names.includes("capability")) return [];
  return lint(
    "conversions-refused",
    "lacks the tier capability: API servers send no other credential with conversions, so the gate refuses each of them",
  );
}
