import { readFile } from "node:fs/promises";
import type { ProviderDeps } from "../../../src/announcement/providers/ProviderDeps.ts";
import { readTokenFile } from "../../../src/announcement/providers/readTokenFile.ts";
import { callHttp } from "../../../src/http/callHttp.ts";
import { viewEndpoint } from "../../../src/trust/probe/viewEndpoint.ts";
import { patience } from "../../run/speedFactor.ts";

/** Time limit of calls that get an answer. */
const LIMIT_MS = patience(10_000);

/** Real dependencies with a fixed environment, in which the origins of test servers are listed. */
export function providerDeps(change: Partial<ProviderDeps> = {}, ...origins: readonly string[]): ProviderDeps {
  const timeouts = { handshakeMs: LIMIT_MS, probeMs: LIMIT_MS, canary: LIMIT_MS, lease: LIMIT_MS, next: LIMIT_MS };
  return {
    call: callHttp,
    timeoutMs: LIMIT_MS,
    env: { TOKEN: "SECRET-TOKEN", POSTERN_PROVIDER_HOSTS: origins.join(" ") },
    readFile: (path) => readFile(path, "utf8"),
    readToken: (path) => readTokenFile(path, { base: "/var/empty", folders: ["/var/empty"] }),
    view: (base) => viewEndpoint(base, timeouts),
    ...change,
  };
}
