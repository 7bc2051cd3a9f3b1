import { beforeAll, describe, expect, it } from "vitest";
import { testCanary } from "../../../src/sync/apply/Canary.ts";
import { SyncCluster } from "../../../src/sync/apply/SyncCluster.ts";
import { canaryFor } from "../../../src/sync/target/SyncTarget.ts";
import { makeCas, OLD, SyncWorld } from "../SyncWorld.ts";

const LIMIT_MS = 200;

let world: SyncWorld;
beforeAll(async () => {
  world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: undefined, soakMs: 1_000 }, [0], [0]);
});

/** Tests a canary with API servers that report an error about its URL. Resolves to `cutOffForMs`. */
async function cutOffWhen(errorFor: (url: string) => string, isPartial = false): Promise<number | undefined> {
  let url = "";
  const cluster = new SyncCluster(async ({ body }) => {
    for (const operation of Array.isArray(body) ? body : []) if (operation.path.endsWith("/url")) url = operation.value;
    return { status: 200, body: { kind: "ValidatingWebhookConfiguration" } };
  }, "g");
  const message = (): string =>
    `Internal error occurred: failed calling webhook "canary.g": failed to call webhook: ${errorFor(url)}`;
  const api = async () => ({ status: 500, body: { kind: "Status", code: 500, message: message() } });
  const canary = canaryFor(world.targets, "webhooks");
  if (canary === undefined) throw new Error("the world has no canary");
  const publicKey = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } as const;
  const deps = { cluster, apis: [api, api], isPartial, goal: world.goal, publicKey, timeoutMs: 50, now: Date.now };
  const trial = { roots: [world.rootOf(0)], base: OLD, cutOffLimitMs: LIMIT_MS };
  const test = await testCanary(deps, canary, trial);
  return test.cutOffForMs;
}

const connectionRefused = (url: string): string =>
  `Post "${url}?timeout=5s": dial tcp 192.0.2.1:443: connect: connection refused`;

/** Tests a canary with API servers that answer with these messages. */
async function testWith(base: string, messages: readonly ((url: string) => string)[]) {
  let url = "";
  const cluster = new SyncCluster(async ({ body }) => {
    for (const operation of Array.isArray(body) ? body : []) if (operation.path.endsWith("/url")) url = operation.value;
    return { status: 200, body: { kind: "ValidatingWebhookConfiguration" } };
  }, "g");
  const apis = messages.map((messageFor) => async () => ({
    status: 500,
    body: { kind: "Status", code: 500, message: `failed calling webhook "canary.g": ${messageFor(url)}` },
  }));
  const canary = canaryFor(world.targets, "webhooks");
  if (canary === undefined) throw new Error("the world has no canary");
  const publicKey = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } as const;
  const deps = { cluster, apis, isPartial: false, goal: world.goal, publicKey, timeoutMs: 50, now: Date.now };
  return testCanary(deps, canary, { roots: [world.rootOf(0)], base });
}

const UNAUTHORIZED = "failed to call webhook: the server has asked for the client to provide credentials";

describe("testCanary", () => {
  it("fails when the gate answers 401 until the end, and says that it is a refusal", async () => {
    const test = await testWith(OLD, [() => UNAUTHORIZED]);
    expect(test).toMatchObject({ result: "failed", isRefused: true, message: expect.stringContaining("401") });
  });

  it("counts an API server that cannot call the gate more than one that the gate refuses", async () => {
    const test = await testWith(OLD, [() => UNAUTHORIZED, connectionRefused]);
    expect(test).toMatchObject({ result: "failed", message: expect.stringContaining("connection refused") });
    expect(test.isRefused).toBeUndefined();
  });

  it("has no capability in its message", async () => {
    const { message, base } = await testWith(`${OLD}/k/SECRET`, [connectionRefused]);
    expect(message).toContain(`Post "${OLD}/k/(hidden)/c/prod/validate/self-test-`);
    expect([base, message.includes("SECRET")]).toEqual([`${OLD}/k/SECRET`, false]);
  });

  it("reports a gate as cut off when no API server gets an answer", async () => {
    expect(await cutOffWhen(connectionRefused)).toBeGreaterThanOrEqual(LIMIT_MS);
  });

  it("does not report a gate as cut off while an API server was not asked", async () => {
    expect(await cutOffWhen(connectionRefused, true)).toBe(0);
  });

  it.each([
    ["an error page", () => 'an error on the server ("oops") has prevented the request from succeeding'],
    [
      "an error page that repeats the URL",
      (url: string) => `an error on the server ("Cannot POST ${url}") has prevented it`,
    ],
    [
      "an error page that imitates a missing answer",
      (url: string) => `an error on the server (": Post \\"${url}\\": EOF") has prevented it`,
    ],
    ["a 429", () => "the server has received too many requests and has asked us to try again later"],
  ])("does not report a gate as cut off after %s", async (_, errorFor) => {
    expect(await cutOffWhen(errorFor)).toBe(0);
  });
});
