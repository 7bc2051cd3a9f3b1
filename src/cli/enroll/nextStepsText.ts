import { printable } from "../../telemetry/printable.ts";
import type { GivenCallers } from "./callerNotes.ts";

/** The namespace and the name of the sync's ServiceAccount, as its tier has it by default. */
const SYNC = ["postern-system", "postern-sync"] as const;

/** What to do with the printed settings, one line each. Words in capitals are to be replaced. */
export function nextStepsText({ cluster, tier, subject = [] }: GivenCallers & { readonly cluster: string }): string {
  const render = `postern render --gate FILE --cluster ${cluster} --url URL`;
  const add = (name: string): string => `add the settings to clusters of the gate, and ${name}() to its tiers`;
  const [namespace = SYNC[0], name = SYNC[1]] = subject[0]?.split(":").slice(2) ?? [];
  const steps = {
    capability: [
      add("capability"),
      "once for a gate: postern keys new --out FILE, and set POSTERN_CAPABILITY_KEYS",
      "deploy the gate, on Node with POSTERN_HOSTS",
      "apply the output of postern install, with capability.enabled in its config",
      `kubectl create token ${name} -n ${namespace} --audience URL/token > TOKEN`,
      `${render} --sync --sync-token TOKEN, and apply`,
    ],
    jwt: [
      add("jwt"),
      "deploy the gate, on Node with POSTERN_HOSTS",
      "on the hosts of kube-apiserver, write a token to PATH and renew it",
      `${render} --admission-config --token-file PATH`,
      `when kube-apiserver has the files: ${render}, and apply`,
    ],
    "client-certificate": [
      add("clientCertificate"),
      "let the host verify clients: on Node POSTERN_CLIENT_CA_FILE, elsewhere mTLS",
      "deploy the gate",
      `${render} --admission-config`,
      `when kube-apiserver has the files: ${render}, and apply`,
    ],
  } as const;
  return ["Next:", ...steps[tier].map((step, index) => `  ${index + 1}. ${printable(step)}`)]
    .map((line) => `${line}\n`)
    .join("");
}
