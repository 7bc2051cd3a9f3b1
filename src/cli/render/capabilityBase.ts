import { readFile } from "node:fs/promises";
import type { Gate } from "../../gate/config/defineGate.ts";
import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { callHttp } from "../../http/callHttp.ts";
import { withCapability } from "../../protocol/gateUrl.ts";
import { CapabilityError } from "../../sync/capability/CapabilityError.ts";
import { fetchCapability } from "../../sync/capability/fetchCapability.ts";
import { MAX_TOKEN_LENGTH, tokenFault } from "../../sync/capability/tokenFault.ts";
import { tierNames } from "../gate/tierNames.ts";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { issueFault } from "./issueFault.ts";

/** What `postern render` is asked to do about capabilities. */
export interface CapabilityOptions {
  readonly cluster: string;
  /** A file with the token of the sync's ServiceAccount, or `-` for standard input. */
  readonly syncToken?: string;
  readonly withoutCapability?: boolean;
  readonly sync?: boolean;
  readonly diff?: boolean;
}

/** Where the gate is served. */
export interface CapabilityEndpoint {
  readonly url: string;
  /** Roots in PEM. Undefined: the public CAs. */
  readonly ca: string | undefined;
}

/** What the gate says of its callers. */
export type CapabilityNeed = Pick<GateClusterSettings, "identity"> & Pick<Gate, "conversions">;

/** As `timeouts.next` of the sync. */
const TIMEOUT_MS = 10_000;

/**
 * The base of the URLs to render: that of the gate, with a capability when one is asked for. The capability is fetched with a
 * token of the sync's ServiceAccount. Throws {@link CliError}: `usage` for a cluster some of whose calls need a capability when no
 * token is given, and `not-issued` when the gate issues none.
 */
export async function capabilityBase(
  terminal: Terminal,
  options: CapabilityOptions,
  need: CapabilityNeed,
  { url, ca }: CapabilityEndpoint,
): Promise<string> {
  const { cluster, syncToken, withoutCapability = false, sync = false, diff = false } = options;
  const names = tierNames(need);
  const shown = JSON.stringify(cluster);
  const makeToken = `kubectl create token postern-sync -n postern-system --audience ${url}/token --duration 10m`;
  if (syncToken === undefined) {
    const refused = refusedWithout(names, need.conversions.length);
    if (refused === undefined || withoutCapability || diff) return url;
    const fault = `the cluster ${shown} ${refused.why}: give --sync --sync-token FILE with the output of ${makeToken}`;
    throw new CliError("usage", `${fault}; or --without-capability, and ${refused.until} until postern sync has run`);
  }
  if (!sync) throw new CliError("usage", "--sync-token needs --sync: nothing else renews the capability");
  if (!names.includes("capability"))
    throw new CliError("usage", `--sync-token: the cluster ${shown} takes no capabilities in the gate`);
  const serviceAccountToken = (await readToken(terminal, syncToken)).trim();
  const fault = tokenFault(serviceAccountToken, `${url}/token`);
  if (fault !== undefined)
    throw new CliError(
      "unreadable-input",
      `--sync-token: ${syncToken === "-" ? "standard input" : syncToken}: ${fault}; give the output of ${makeToken}`,
    );
  try {
    const fetch = { url, cluster, serviceAccountToken, ca, timeoutMs: TIMEOUT_MS, now: Date.now, call: callHttp };
    return withCapability(url, await fetchCapability(fetch));
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    const what = issueFault(error, { url, hasRoots: ca !== undefined });
    throw new CliError("not-issued", `the gate issued no capability: ${what}`, error);
  }
}

/** Which calls of a cluster the gate refuses without a capability; undefined for none. API servers send nothing else with conversions. */
export function refusedWithout(
  names: readonly string[],
  conversions: number,
): { readonly why: string; readonly until: string } | undefined {
  if (names.every((name) => name === "capability"))
    return { why: "takes only calls with a capability", until: "every call is refused" };
  if (conversions === 0 || !names.includes("capability") || names.includes("none")) return undefined;
  return {
    why: "takes conversions only with a capability",
    until: "every conversion is refused, so that custom objects cannot be read or written in another version,",
  };
}

async function readToken({ stdin }: Terminal, file: string): Promise<string> {
  if (file !== "-")
    return readFile(file, "utf8").catch((error: unknown): never => {
      throw new CliError("unreadable-input", `--sync-token: ${file}: ${readFault(error)}`, error);
    });
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of stdin) {
    text += typeof part === "string" ? part : decoder.decode(part, { stream: true });
    if (text.length > MAX_TOKEN_LENGTH) break;
  }
  return text;
}
