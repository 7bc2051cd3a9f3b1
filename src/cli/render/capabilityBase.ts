import { readFile } from "node:fs/promises";
import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { callHttp } from "../../http/callHttp.ts";
import { withCapability } from "../../protocol/gateUrl.ts";
import { CapabilityError } from "../../sync/capability/CapabilityError.ts";
import { fetchCapability } from "../../sync/capability/fetchCapability.ts";
import { tierNames } from "../gate/tierNames.ts";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";

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

/** As `timeouts.next` of the sync. */
const TIMEOUT_MS = 10_000;
/** A projected token has about 1,000 characters. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * The base of the URLs to render: that of the gate, with a capability when one is asked for. The capability is fetched with a
 * token of the sync's ServiceAccount. Throws {@link CliError}: `usage` for a cluster that takes only capabilities when no token
 * is given, and `not-issued` when the gate issues none.
 */
export async function capabilityBase(
  terminal: Terminal,
  options: CapabilityOptions,
  settings: Pick<GateClusterSettings, "identity">,
  { url, ca }: CapabilityEndpoint,
): Promise<string> {
  const { cluster, syncToken, withoutCapability = false, sync = false, diff = false } = options;
  const names = tierNames(settings);
  if (syncToken === undefined) {
    const takesOnlyCapabilities = names.every((name) => name === "capability");
    if (!takesOnlyCapabilities || withoutCapability || diff) return url;
    throw new CliError(
      "usage",
      `the cluster ${JSON.stringify(cluster)} takes only calls with a capability: give --sync --sync-token FILE with the output of kubectl create token postern-sync -n postern-system --audience ${url}/token --duration 10m; or --without-capability, and every call is refused until postern sync has run`,
    );
  }
  if (!sync) throw new CliError("usage", "--sync-token needs --sync: nothing else renews the capability");
  if (!names.includes("capability"))
    throw new CliError(
      "usage",
      `--sync-token: the cluster ${JSON.stringify(cluster)} takes no capabilities in the gate`,
    );
  const serviceAccountToken = await readToken(terminal, syncToken);
  try {
    const fetch = { url, cluster, serviceAccountToken, ca, timeoutMs: TIMEOUT_MS, now: Date.now, call: callHttp };
    return withCapability(url, await fetchCapability(fetch));
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    throw new CliError("not-issued", `the gate issued no capability: ${error.message}`, error);
  }
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
