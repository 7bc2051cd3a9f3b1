import { readFile } from "node:fs/promises";
import type { ProviderDeps } from "../../../src/announcement/providers/ProviderDeps.ts";
import { callHttp } from "../../../src/trust/probe/callHttp.ts";
import { viewEndpoint } from "../../../src/trust/probe/viewEndpoint.ts";
import { patience } from "../../run/speedFactor.ts";

/** For what is to have an answer. In milliseconds. */
const LIMIT = patience(10_000);

/** Everything real but the environment. */
export function providerDeps(change: Partial<ProviderDeps> = {}): ProviderDeps {
  const timeouts = { handshake: LIMIT, probe: LIMIT, canary: LIMIT, lease: LIMIT, next: LIMIT };
  return {
    call: callHttp,
    timeout: LIMIT,
    env: { TOKEN: "SECRET-TOKEN" },
    readFile: (path) => readFile(path, "utf8"),
    view: (base) => viewEndpoint(base, timeouts, Date.now),
    ...change,
  };
}
