import { gatePath } from "../../protocol/gateUrl.ts";
import type { ListenAddress } from "./listenAddress.ts";
import type { LocalPair } from "./localCa.ts";
import type { RegistrationFile } from "./RegistrationFile.ts";

/** Width of a terminal. */
const COLUMNS = 80;
const LABEL = 13;

/** What `postern dev` shows at its start. */
export interface Started {
  readonly registration: Pick<
    RegistrationFile,
    "origin" | "cluster" | "clusters" | "exists" | "path" | "hasConversions" | "conversionsPath"
  >;
  readonly pair: Pick<LocalPair, "caPath" | "caSince" | "isNew" | "isReissued">;
  readonly listening: ListenAddress;
  /** Whether the gate has tiers, which a deployment would ask who calls. */
  readonly hasTiers: boolean;
  /** Where decision records go; undefined where no cluster of the gate's table has the profile `compliance`. */
  readonly records?: string | undefined;
}

/**
 * The lines at the start: the URL, who can call it, the CA, the clusters, and how to register the gate. They are few and
 * short, for a terminal of 80 columns and 24 lines.
 */
export function startText({ registration, pair, listening, hasTiers, records }: Started): string[] {
  const { origin, cluster, clusters, exists, path, hasConversions, conversionsPath } = registration;
  const since = pair.isNew ? "created now" : `created on ${new Date(pair.caSince).toISOString().slice(0, 10)}`;
  const lines: [label: string, text: string][] = [
    ["postern dev", `${origin}${gatePath(cluster, "validate")}`],
    ["listens on", listening.callers],
    ["CA", `${pair.caPath}, ${since}`],
  ];
  if (hasTiers) lines.push(["identity", "not asked for: dev answers every caller, and needs no keys"]);
  if (pair.isReissued) lines.push(["CA changed", "for another --host: apply the registration again"]);
  if (clusters.length > 1) lines.push(["clusters", fitted(clusters)]);
  if (records !== undefined) lines.push(["records", records]);
  if (exists) lines.push(["registration", path], ["apply it", `kubectl apply --server-side -f ${path}`]);
  if (hasConversions) lines.push(["conversions", `${conversionsPath} says how to apply it`]);
  if (exists && isLocal(listening))
    lines.push(["kind, minikube", "cannot call this URL; see --host in postern dev --help"]);
  return lines.map(([label, text]) => `${label.padEnd(LABEL - 1)} ${text}`);
}

function isLocal({ address }: ListenAddress): boolean {
  return address === "::1" || address?.startsWith("127.") === true;
}

/** As many names as fit on the line, and the number of the others. */
function fitted(names: readonly string[]): string {
  const all = names.join(", ");
  if (all.length <= COLUMNS - LABEL) return all;
  const shown: string[] = [];
  for (const name of names) {
    const rest = `, and ${names.length - shown.length - 1} more`;
    if ([...shown, name].join(", ").length + rest.length > COLUMNS - LABEL) break;
    shown.push(name);
  }
  return shown.length === 0
    ? `${names.length} clusters`
    : `${shown.join(", ")}, and ${names.length - shown.length} more`;
}
