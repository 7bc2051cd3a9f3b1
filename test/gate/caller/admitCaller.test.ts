import { expect, it, vi } from "vitest";
import { admitCaller } from "../../../src/gate/caller/admitCaller.ts";
import type { CallRates } from "../../../src/gate/caller/CallRates.ts";
import { GateTiers } from "../../../src/gate/caller/GateTiers.ts";
import { GateError } from "../../../src/gate/GateError.ts";
import { ABSENT, refused, type TierResult } from "../../../src/identity/Identity.ts";
import type { IdentityTier } from "../../../src/identity/IdentityTier.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import { memoryLog } from "../gateCall.ts";

const ACCEPTED: TierResult = { outcome: "accepted", identity: { tier: "jwt", subject: "api" } };

/** A tier with one answer for what it verified before, and one for the rest. */
function tierWith(known: TierResult, verified: TierResult): IdentityTier {
  return {
    name: "jwt",
    check: () => undefined,
    start: () => ({
      forCluster: () => ({ identify: ({ isKnownOnly }) => (isKnownOnly ? known : Promise.resolve(verified)) }),
    }),
  };
}

interface Case {
  /** The wait of the address. */
  readonly waitSeconds: number;
  /** The wait of the cluster at the address. Default: that of the address. */
  readonly scopeSeconds?: number;
  readonly clusterSeconds: number;
  readonly known: TierResult;
  readonly verified: TierResult;
  /** Default: true. */
  readonly isEnrolled?: boolean;
}

const RIGHT = { known: ACCEPTED, verified: ACCEPTED };
const NEW = { known: ABSENT, verified: ACCEPTED };
const WRONG = { known: ABSENT, verified: refused("bad-signature") };

it.each<[result: string, takenOfCluster: number, takenOfAddress: number, when: string, given: Case]>([
  ["jwt", 1, 0, "the caller is known", { waitSeconds: 0, clusterSeconds: 0, ...RIGHT }],
  ["jwt", 1, 0, "the caller is new", { waitSeconds: 0, clusterSeconds: 0, ...NEW }],
  ["too-many-calls 2", 1, 0, "its cluster makes too many calls", { waitSeconds: 0, clusterSeconds: 2, ...RIGHT }],
  ["unauthenticated", 0, 2, "the caller is refused", { waitSeconds: 0, clusterSeconds: 0, ...WRONG }],
  [
    "unauthenticated",
    0,
    1,
    "there is no such cluster",
    { waitSeconds: 0, clusterSeconds: 0, ...RIGHT, isEnrolled: false },
  ],
  [
    "identity-unavailable",
    0,
    0,
    "no key can be fetched",
    { waitSeconds: 0, clusterSeconds: 0, known: ABSENT, verified: refused("keys-unavailable") },
  ],
  ["jwt", 1, 0, "strangers call from its address, and it is known", { waitSeconds: 3, clusterSeconds: 0, ...RIGHT }],
  [
    "too-many-calls 2",
    1,
    0,
    "strangers call from its address, and its cluster makes too many calls",
    { waitSeconds: 3, clusterSeconds: 2, ...RIGHT },
  ],
  [
    "too-many-calls 3",
    0,
    0,
    "strangers call from its address, and it is new",
    { waitSeconds: 3, clusterSeconds: 0, ...NEW },
  ],
  ["too-many-calls 3", 0, 0, "a stranger calls again", { waitSeconds: 3, clusterSeconds: 0, ...WRONG }],
  [
    "jwt",
    1,
    0,
    "others are refused at its address, and it is new",
    { waitSeconds: 3, scopeSeconds: 0, clusterSeconds: 0, ...NEW },
  ],
  // As it is told for a cluster that the gate does not have. Only the refused calls of its cluster are one more.
  [
    "too-many-calls 3",
    0,
    1,
    "others are refused at its address, and it is refused",
    { waitSeconds: 3, scopeSeconds: 0, clusterSeconds: 0, ...WRONG },
  ],
  [
    "too-many-calls 3",
    0,
    0,
    "a stranger tries cluster after cluster",
    { waitSeconds: 3, clusterSeconds: 0, ...RIGHT, isEnrolled: false },
  ],
])(
  "admitCaller gives %s, and takes %d call of the cluster and %d of the refused ones, when %s",
  async (result, ofCluster, ofRefused, _, given) => {
    const { waitSeconds, scopeSeconds = waitSeconds, clusterSeconds, known, verified, isEnrolled = true } = given;
    const rates = {
      takeCluster: vi.fn(() => clusterSeconds),
      takeRefused: vi.fn(() => 0),
      waitOf: (_request: Request, scope?: string) => (scope === undefined ? waitSeconds : scopeSeconds),
    } satisfies CallRates;
    const tier = tierWith(known, verified);
    const tiers = new GateTiers([tier], {
      now: () => 0,
      log: memoryLog(),
      fetch,
      env: {},
      hasRegistration: () => true,
    });
    const settings = {
      cluster: "production",
      identity: [{ tier, settings: {} }],
      modeOf: (): "enforce" => "enforce",
      paramsOf: () => ({}),
      records: { profile: "off", sample: 0, users: "none", objects: "hash", redact: { env: [], annotations: [] } },
    } as const;
    const deadline = new Deadline(5_000, () => 0);
    const request = new Request("https://gate.example/c/production/validate");
    const call = { purpose: "validate", url: request.url, request, deadline } as const;
    const admitted = await admitCaller({ tiers, deps: { rates } }, call, isEnrolled ? settings : undefined);
    deadline.dispose();
    const told = admitted instanceof GateError ? [admitted.code, admitted.retryAfterSeconds] : [admitted.tier];
    expect(told.filter((it) => it !== undefined).join(" ")).toBe(result);
    expect([rates.takeCluster.mock.calls.length, rates.takeRefused.mock.calls.length]).toEqual([ofCluster, ofRefused]);
  },
);
