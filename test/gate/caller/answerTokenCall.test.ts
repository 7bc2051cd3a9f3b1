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
  readonly waitSeconds?: number;
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
  [401, 0, 1, 1, "a stranger asks", { token: wrong }],
  [401, 0, 1, 0, "there is no such cluster", { token: right, cluster: "nowhere" }],
  [429, 0, 0, 0, "strangers call from its address", { token: right, waitSeconds: 3 }],
  // Then the address of the flood has to wait before anything is verified or signed.
  [429, 1, 1, 2, "a sync asks too often", { token: right, clusterSeconds: 2 }],
])(
  "answers %d, and takes %d call of the cluster and %d of the address, with %d verifications, when %s",
  async (status, ofCluster, ofAddress, verifications, _, given) => {
    const rates = {
      takeCluster: vi.fn(() => given.clusterSeconds ?? 0),
      takeRefused: vi.fn(() => undefined),
      waitOf: () => given.waitSeconds ?? 0,
    } satisfies CallRates;
    const { issuer, production } = bed.keys;
    const { app } = testGate(
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
    expect([rates.takeCluster.mock.calls.length, rates.takeRefused.mock.calls.length]).toEqual([ofCluster, ofAddress]);
  },
);
