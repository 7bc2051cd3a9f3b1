import { beforeAll, describe, expect, it } from "vitest";
import { testCanary } from "../../../src/sync/apply/Canary.ts";
import { SyncCluster } from "../../../src/sync/apply/SyncCluster.ts";
import { canaryFor } from "../../../src/sync/target/SyncTarget.ts";
import { makeCas, OLD, SyncWorld } from "../SyncWorld.ts";

const PATIENCE = 200;

let world: SyncWorld;
beforeAll(async () => {
  world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: undefined, soak: 1_000 }, [0], [0]);
});

/** For how long a gate was cut off, where each API server says this of its call to the canary's URL. */
async function cutOffFor(says: (url: string) => string, isPartial = false): Promise<number | undefined> {
  let url = "";
  const cluster = new SyncCluster(async ({ body }) => {
    for (const operation of Array.isArray(body) ? body : []) if (operation.path.endsWith("/url")) url = operation.value;
    return { status: 200, body: { kind: "ValidatingWebhookConfiguration" } };
  }, "g");
  const message = (): string =>
    `Internal error occurred: failed calling webhook "canary.g": failed to call webhook: ${says(url)}`;
  const api = async () => ({ status: 500, body: { kind: "Status", code: 500, message: message() } });
  const canary = canaryFor(world.targets, "webhooks");
  if (canary === undefined) throw new Error("there is no canary");
  const publicKey = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } as const;
  const deps = { cluster, apis: [api, api], isPartial, goal: world.goal, publicKey, timeout: 50, now: Date.now };
  const trial = { roots: [world.rootOf(0)], base: OLD, patience: PATIENCE };
  const test = await testCanary(deps, canary, trial);
  return test.cutOffFor;
}

const refused = (url: string): string =>
  `Post "${url}?timeout=5s": dial tcp 192.0.2.1:443: connect: connection refused`;

describe("a gate is cut off", () => {
  it("where no API server's call has an answer", async () => {
    expect(await cutOffFor(refused)).toBeGreaterThanOrEqual(PATIENCE);
  });

  it("in no case while an API server that there is was not asked", async () => {
    expect(await cutOffFor(refused, true)).toBe(0);
  });

  it.each([
    ["an error page", () => 'an error on the server ("oops") has prevented the request from succeeding'],
    ["one that repeats the URL", (url: string) => `an error on the server ("Cannot POST ${url}") has prevented it`],
    [
      "one that would pass for no answer",
      (url: string) => `an error on the server (": Post \\"${url}\\": EOF") has prevented it`,
    ],
    ["a 429", () => "the server has received too many requests and has asked us to try again later"],
  ])("and not by %s, which is an answer", async (_, says) => {
    expect(await cutOffFor(says)).toBe(0);
  });
});
