import { afterAll, beforeAll, expect, it } from "vitest";
import type { ProviderDeps } from "../../../src/announcement/providers/ProviderDeps.ts";
import { type ProviderSettings, providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { goalFromProvider } from "../../../src/sync/goal/goalFromProvider.ts";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { providerDeps } from "../../announcement/providers/providerDeps.ts";
import { type LoopbackAnswer, LoopbackServer } from "../LoopbackServer.ts";

const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";
const roots = catalogue("aws");
const GOAL: SyncGoal = {
  gate: "g",
  cluster: "a",
  url: "https://fallback.example.com",
  trust: { mode: "pin", roots },
  soakMs: 1,
};
let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server?.stop());

function goalWith(settings: ProviderSettings, change: Partial<ProviderDeps> = {}): Promise<SyncGoal> {
  const terms = { hosts: ["gate.example.com"], now: Date.now };
  return goalFromProvider(settings, GOAL, [], { ...providerDeps(change, server.url), ...terms });
}
const cloudflare = (): ProviderSettings =>
  providerSchema.parse({ cloudflare: { zone: ZONE, token: { env: "TOKEN" }, api: server.url } });
const rootsOf = ({ trust }: SyncGoal): number => (trust.mode === "pin" ? trust.roots.length : 0);

it("goalFromProvider takes the provider's URL and adds its roots", async () => {
  const next = await goalWith({ fixed: { url: "https://gate.example.com", roots: ["letsencrypt"] } });
  expect([next.url, next.frozen, next.announced]).toEqual(["https://gate.example.com", undefined, undefined]);
  expect(rootsOf(next)).toBe(roots.length + catalogue("letsencrypt").length);
});

it("goalFromProvider keeps the URL of the config when the provider names none", async () => {
  const result = [{ status: "active", type: "universal", hosts: ["a"], certificates: [] }];
  server.answer = () => ({ status: 200, body: JSON.stringify({ success: true, result }) });
  const next = await goalWith(cloudflare());
  expect([next.url, next.frozen]).toEqual([GOAL.url, undefined]);
  expect(rootsOf(next)).toBe(roots.length + catalogue("cloudflare").length);
});

it.each<[string, LoopbackAnswer]>([
  ["500", { status: 500 }],
  ["429", { status: 429 }],
  ["an HTML page", { status: 200, body: "<html>" }],
  ["an empty list", { status: 200, body: '{"success":true,"result":[]}' }],
  ["half an answer", "cut"],
  ["no answer", "silent"],
])("goalFromProvider freezes the goal after %s", async (_, answer) => {
  server.answer = () => answer;
  const frozen = await goalWith(cloudflare(), answer === "silent" ? { timeoutMs: 300 } : {});
  expect(frozen).toMatchObject({ url: undefined, frozen: { code: "provider-failed", about: "cloudflare" } });
  expect([rootsOf(frozen), frozen.frozen?.message]).toEqual([roots.length, expect.not.stringContaining("SECRET")]);
});

it.each([
  ["a URL on another host", { url: "https://evil.example", roots: [] }, "announcement-url"],
  ["an unknown root", { url: "https://gate.example.com", roots: ["none"] }, "unknown-root"],
])("goalFromProvider freezes the goal after %s", async (_, fixed, code) => {
  const frozen = await goalWith({ fixed });
  expect(frozen).toMatchObject({ url: undefined, frozen: { code, about: "fixed" } });
  expect(rootsOf(frozen)).toBe(roots.length);
});
