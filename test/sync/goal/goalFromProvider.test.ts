import { afterAll, beforeAll, expect, it } from "vitest";
import type { ProviderDeps } from "../../../src/announcement/providers/ProviderDeps.ts";
import { type ProviderSettings, providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { goalFromProvider } from "../../../src/sync/goal/goalFromProvider.ts";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { type LoopbackAnswer, LoopbackServer } from "../LoopbackServer.ts";
import { providerDeps } from "../providers/providerDeps.ts";

const ZONE = "023e105f4ecef8ad9ca31a8372d0c353";
const roots = catalogue("aws");
const GOAL: SyncGoal = {
  gate: "g",
  cluster: "a",
  url: "https://fallback.example.com",
  trust: { mode: "pin", roots },
  soak: 1,
};
let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
});
afterAll(() => server?.stop());

function aim(settings: ProviderSettings, change: Partial<ProviderDeps> = {}): Promise<SyncGoal> {
  const terms = { hosts: ["gate.example.com"], now: Date.now };
  return goalFromProvider(settings, GOAL, [], { ...providerDeps(change), ...terms });
}
const cloudflare = (): ProviderSettings =>
  providerSchema.parse({ cloudflare: { zone: ZONE, token: { env: "TOKEN" }, api: server.url } });
const rootsOf = ({ trust }: SyncGoal): number => (trust.mode === "pin" ? trust.roots.length : 0);

it("takes the provider's URL, and adds its roots", async () => {
  const next = await aim({ fixed: { url: "https://gate.example.com", roots: ["letsencrypt"] } });
  expect([next.url, next.hold, next.announced]).toEqual(["https://gate.example.com", undefined, undefined]);
  expect(rootsOf(next)).toBe(roots.length + catalogue("letsencrypt").length);
});

it("keeps to the config's URL where the provider is not asked for it", async () => {
  const result = [{ status: "active", type: "universal", hosts: ["a"], certificates: [] }];
  server.answer = () => ({ status: 200, body: JSON.stringify({ success: true, result }) });
  const next = await aim(cloudflare());
  expect([next.url, next.hold]).toEqual([GOAL.url, undefined]);
  expect(rootsOf(next)).toBe(roots.length + catalogue("cloudflare").length);
});

it.each<[string, LoopbackAnswer]>([
  ["500", { status: 500 }],
  ["429", { status: 429 }],
  ["garbage", { status: 200, body: "<html>" }],
  ["a lie", { status: 200, body: '{"success":true,"result":[]}' }],
  ["half an answer", "cut"],
  ["silence", "silent"],
])("holds everything as it is at %s", async (_, answer) => {
  server.answer = () => answer;
  const held = await aim(cloudflare(), answer === "silent" ? { timeout: 300 } : {});
  expect(held).toMatchObject({ url: undefined, hold: { code: "provider-failed", about: "cloudflare" } });
  expect([rootsOf(held), held.hold?.message]).toEqual([roots.length, expect.not.stringContaining("SECRET")]);
});

it.each([
  ["a URL on another host", { url: "https://evil.example", roots: [] }, "announcement-url"],
  ["a root that is not known", { url: "https://gate.example.com", roots: ["none"] }, "unknown-root"],
])("holds everything as it is at %s", async (_, fixed, code) => {
  const held = await aim({ fixed });
  expect(held).toMatchObject({ url: undefined, hold: { code, about: "fixed" } });
  expect(rootsOf(held)).toBe(roots.length);
});
