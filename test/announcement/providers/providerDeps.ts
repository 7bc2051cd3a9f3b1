import { readFile } from "node:fs/promises";
import type { ProviderDeps } from "../../../src/announcement/providers/ProviderDeps.ts";
import { callHttp } from "../../../src/trust/probe/callHttp.ts";
import { viewEndpoint } from "../../../src/trust/probe/viewEndpoint.ts";
import { patience } from "../../run/speedFactor.ts";

/** Time limit of calls that get an answer. */
const LIMIT_MS = patience(10_000);

/** Real dependencies with a fixed environment. */
export function providerDeps(change: Partial<ProviderDeps> = {}): ProviderDeps {
  const timeouts = { handshakeMs: LIMIT_MS, probeMs: LIMIT_MS, canary: LIMIT_MS, lease: LIMIT_MS, next: LIMIT_MS };
  return {
    call: callHttp,
    timeoutMs: LIMIT_MS,
    env: { TOKEN: "SECRET-TOKEN" },
    readFile: (path) => readFile(path, "utf8"),
    view: (base) => viewEndpoint(base, timeouts),
    ...change,
  };
}
