import { readFile } from "node:fs/promises";
import { callHttp } from "../../../src/sync/callHttp.ts";
import type { ProviderDeps } from "../../../src/sync/providers/ProviderDeps.ts";
import { viewEndpoint } from "../../../src/sync/viewEndpoint.ts";

/** Everything real but the environment. */
export function providerDeps(change: Partial<ProviderDeps> = {}): ProviderDeps {
  const timeouts = { handshake: 2_000, probe: 5_000, canary: 1_000, lease: 1_000, next: 2_000 };
  return {
    call: callHttp,
    timeout: 5_000,
    env: { TOKEN: "SECRET-TOKEN" },
    readFile: (path) => readFile(path, "utf8"),
    view: (base) => viewEndpoint(base, timeouts, Date.now),
    ...change,
  };
}
