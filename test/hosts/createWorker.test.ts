import { expect, it, vi } from "vitest";
import type { Cluster } from "../../src/gate/config/Cluster.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createWorker } from "../../src/hosts/createWorker.ts";
import { capability } from "../../src/identity/capability/capability.ts";
import { jwt } from "../../src/identity/jwt/jwt.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";
import { reviewCall } from "../gate/gateCall.ts";
import { TestIssuer } from "../identity/jwt/TestIssuer.ts";

const gate = defineGate({
  policies: [denyLabels()],
  clusters: {
    local: { identity: "none", records: { profile: "off" } },
    recorded: { identity: "none" },
    strict: { identity: "none", records: { profile: "compliance" } },
  },
});

function context() {
  return { waitUntil: vi.fn(), passThroughOnException: vi.fn(), props: {} };
}

it.each(["{", "[]", '{"kty":"RSA"}'])(
  "createWorker judges reviews and logs an error with the signing key %s",
  async (key) => {
    const log = vi.mocked(console.log);
    const response = await createWorker(gate).fetch(
      reviewCall("/c/local/validate"),
      { POSTERN_SIGNING_KEY: key },
      context(),
    );
    expect(await response.json()).toMatchObject({ response: { allowed: false } });
    expect(log.mock.calls.flat().join()).toContain("the signing key cannot be used; self-tests are unsigned");
    log.mockClear();
  },
);

it("createWorker makes the runtime wait for each call, also when its caller closes the connection", async () => {
  const one = context();
  const answer = createWorker(gate).fetch(reviewCall("/c/local/validate"), {}, one);
  expect(one.waitUntil).toHaveBeenCalledTimes(1);
  await answer;
  await expect(one.waitUntil.mock.calls[0]?.[0]).resolves.toBeUndefined();
});

it("createWorker logs verdicts without users, and an error, for a POSTERN_VERDICT_USER that it does not know", async () => {
  const log = vi.mocked(console.log);
  const env = { POSTERN_VERDICT_LINES: "", POSTERN_VERDICT_USER: "all" };
  await createWorker(gate).fetch(reviewCall("/c/local/validate"), env, context());
  const lines = log.mock.calls.flat().join("\n");
  expect(lines).toContain("the users of verdict lines are not logged");
  expect(lines).toContain('"message":"verdict"');
  expect(lines).not.toContain('"user"');
  log.mockClear();
});

it.each<[base: string, path: string, status: number, logs: boolean]>([
  ["/hooks", "/hooks/c/local/validate", 200, false],
  ["/hooks", "/c/local/validate", 200, false],
  ["/hooks", "/other/c/local/validate", 404, false],
  ["", "/c/local/validate", 200, false],
  ["hooks", "/c/local/validate", 200, true],
  ["/c", "/c/local/validate", 200, true],
])("createWorker with the base path %j answers %s with %i", async (POSTERN_BASE_PATH, path, status, logs) => {
  const log = vi.mocked(console.log);
  const response = await createWorker(gate).fetch(reviewCall(path), { POSTERN_BASE_PATH }, context());
  expect(response.status).toBe(status);
  expect(log.mock.calls.flat().join().includes("the base path cannot be used")).toBe(logs);
  log.mockClear();
});

it("createWorker sends a decision record to the queue after the answer", async () => {
  const sendBatch = vi.fn(async (_messages: readonly { readonly body: string }[]) => undefined);
  const one = context();
  const env = { POSTERN_RECORD_QUEUE: { sendBatch } };
  const answer = createWorker(gate).fetch(reviewCall("/c/recorded/validate"), env, one);
  expect(await (await answer).json()).toMatchObject({ response: { allowed: false } });
  await one.waitUntil.mock.calls[0]?.[0];
  const bodies = sendBatch.mock.calls.flatMap(([messages]) => messages.map(({ body }) => JSON.parse(body)));
  expect(bodies).toMatchObject([{ kind: "Decision", cluster: "recorded", verdict: { allowed: false } }]);
});

it("createWorker has no stores for the profile compliance, and no consumer of a queue, without the option", async () => {
  const log = vi.mocked(console.log);
  const worker = createWorker(gate);
  expect(worker).not.toHaveProperty("queue");
  const response = await worker.fetch(reviewCall("/c/strict/validate"), {}, context());
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  log.mockClear();
});

it.each<[keys: string, env: { readonly POSTERN_CAPABILITY_KEYS?: string }]>([
  ["that are no key set", { POSTERN_CAPABILITY_KEYS: "oops" }],
  ["without a key", { POSTERN_CAPABILITY_KEYS: '{"keys":[]}' }],
  ["that are missing", {}],
])("createWorker refuses only capabilities, and logs one error, for capability keys %s", async (_, env) => {
  const log = vi.mocked(console.log);
  log.mockClear();
  const { jwk } = await TestIssuer.create("https://issuer.example.com");
  const issuer = { issuer: "https://issuer.example.com", keys: { keys: [jwk] } };
  const worker = createWorker(
    defineGate({
      policies: [denyLabels()],
      tiers: [jwt(), capability()],
      clusters: async (name): Promise<Cluster | undefined> =>
        ({
          open: { identity: "none", records: { profile: "off" } } as const,
          both: {
            identity: [
              { tier: "jwt", ...issuer, subjects: ["s"] },
              { tier: "capability", ...issuer },
            ],
          },
          one: { identity: [{ tier: "capability", ...issuer }] },
        })[name] as Cluster | undefined,
    }),
  );
  const statusOf = async (path: string): Promise<number> =>
    (
      await worker.fetch(
        path === "/healthz" ? new Request(`https://gate.example${path}`) : reviewCall(path),
        env,
        context(),
      )
    ).status;
  const paths = ["/healthz", "/c/open/validate", "/c/both/validate", "/k/x/c/one/validate", "/k/x/c/nowhere/validate"];
  expect(await Promise.all([...paths, "/token/one"].map(statusOf))).toEqual([200, 200, 401, 401, 401, 401]);
  const errors = log.mock.calls.map(([line]) => JSON.parse(String(line))).filter(({ level }) => level === "error");
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining("a tier cannot be used"),
      tier: "capability",
      variable: "POSTERN_CAPABILITY_KEYS",
    },
  ]);
  log.mockClear();
});
