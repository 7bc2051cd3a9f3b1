import { beforeAll, expect, it, vi } from "vitest";
import type { CallRates } from "../../../src/gate/caller/CallRates.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import { HOST, IdentityBed } from "../../functions/identity/IdentityBed.ts";
import { testGate } from "../gateCall.ts";

let bed: IdentityBed;
beforeAll(async () => {
  bed = await IdentityBed.create();
});

interface Case {
  /** The wait of the address. */
  readonly waitSeconds?: number;
  /** The wait of the token calls of the cluster at the address. Default: that of the address. */
  readonly scopeSeconds?: number;
  readonly clusterSeconds?: number;
  readonly cluster?: string;
  readonly token: () => Promise<string>;
}

const right = (): Promise<string> => bed.production.sign(bed.syncClaims());
const wrong = (): Promise<string> => bed.forged({}, bed.syncClaims());

it.each<
  [status: number, takenOfCluster: number, takenOfAddress: number, verifications: number, when: string, given: Case]
>([
  [200, 1, 0, 2, "the sync asks", { token: right }],
  [401, 0, 2, 1, "a stranger asks", { token: wrong }],
  [401, 0, 1, 0, "there is no such cluster", { token: right, cluster: "nowhere" }],
  [429, 0, 0, 0, "strangers call from its address", { token: right, waitSeconds: 3 }],
  // Then the address of the flood has to wait before anything is verified.
  [429, 1, 2, 2, "a sync asks too often", { token: right, clusterSeconds: 2 }],
  // The refused calls of reviews, of other clusters and of made-up names.
  [200, 1, 0, 2, "others are refused at its address", { token: right, waitSeconds: 3, scopeSeconds: 0 }],
  [429, 0, 1, 1, "others are refused at its address, and it is", { token: wrong, waitSeconds: 3, scopeSeconds: 0 }],
])(
  "answers %d, and takes %d call of the cluster and %d of the refused ones, with %d verifications, when %s",
  async (status, ofCluster, ofRefused, verifications, _, given) => {
    const rates = {
      takeCluster: vi.fn(() => given.clusterSeconds ?? 0),
      takeRefused: vi.fn(() => 0),
      waitOf: (_request: Request, scope?: string) =>
        (scope === "production/token" ? given.scopeSeconds : undefined) ?? given.waitSeconds ?? 0,
    } satisfies CallRates;
    const { issuer, production } = bed.keys;
    const { app, log } = testGate(
      {
        tiers: [capability()],
        clusters: { production: { identity: [{ tier: "capability", issuer, keys: production }] } },
      },
      { rates, variables: bed.env },
    );
    const authorization = `Bearer ${await given.token()}`;
    const verify = vi.spyOn(crypto.subtle, "verify");
    const answer = await app.fetch(
      new Request(`https://${HOST}/token/${given.cluster ?? "production"}`, {
        method: "POST",
        headers: { authorization },
      }),
    );
    expect(answer.status).toBe(status);
    expect(answer.headers.get("retry-after")).toBe(
      status === 429 ? String(given.waitSeconds ?? given.clusterSeconds) : null,
    );
    expect(verify).toHaveBeenCalledTimes(verifications);
    // The line is there only for a capability that somebody has.
    expect(log.lines.some(({ message }) => message === "a capability was issued")).toBe(status === 200);
    expect([rates.takeCluster.mock.calls.length, rates.takeRefused.mock.calls.length]).toEqual([ofCluster, ofRefused]);
  },
);
