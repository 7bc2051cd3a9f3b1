import { expect, it, vi } from "vitest";
import { ABSENT } from "../../../src/identity/Identity.ts";
import type { CapabilityRequest } from "../../../src/identity/IdentityTier.ts";
import { testGate } from "../gateCall.ts";
import { fakeTier } from "./fakeTier.ts";

function tokenGate(issue: (request: CapabilityRequest) => Promise<"expired" | { token: string }>, deps = {}) {
  const clusters = JSON.parse(
    '{ "local": { "identity": [{ "tier": "capability" }] }, "open": { "identity": "none" } }',
  );
  return testGate({ tiers: [fakeTier("capability", () => ABSENT, issue)], clusters }, deps);
}
const post = (path: string, init: RequestInit = {}): Request =>
  new Request(`https://gate.example${path}`, { method: "POST", headers: { authorization: "Bearer sa" }, ...init });

it.each([
  ["/token/local", "", "https://gate.example/token"],
  ["/hooks/token/local?timeout=5s", "/hooks", "https://gate.example/hooks/token"],
  ["/token/local", "/hooks", "https://gate.example/hooks/token"],
])("%s with the base %j issues a capability for the audience %s", async (path, basePath, audience) => {
  const issue = vi.fn(async (_: CapabilityRequest) => ({ token: "a.b.c" }));
  const { app, log } = tokenGate(issue, { basePath });
  const answer = await app.fetch(post(path));
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(await answer.json()).toEqual({ token: "a.b.c", issuedAt: 1, expiresAt: 3, renewAt: 2 });
  expect(issue.mock.calls).toEqual([[{ authorization: "Bearer sa", audience }]]);
  expect(JSON.stringify(log.lines)).not.toMatch(/a\.b\.c|Bearer/);
});

it.each<[what: string, path: string, deps: object, init: RequestInit, status: number]>([
  ["a refused token", "/token/local", {}, {}, 401],
  ["a cluster that takes no capabilities", "/token/open", {}, {}, 401],
  ["an unknown cluster", "/token/other", {}, {}, 401],
  ["another host", "/token/local", { hasHost: () => false }, {}, 401],
  ["another method", "/token/local", {}, { method: "PUT" }, 405],
  ["a slash at the end", "/token/local/", {}, {}, 404],
  ["another case", "/Token/local", {}, {}, 404],
  ["an escaped name", "/token/loc%61l", {}, {}, 404],
])("refuses %s, with one line of the log and without its credential", async (_what, path, deps, init, status) => {
  const { app, log } = tokenGate(async () => "expired", deps);
  const answer = await app.fetch(post(path, init));
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toContain("expired");
  expect(log.lines).toHaveLength(status === 401 ? 1 : 0);
  expect(JSON.stringify(log.lines)).not.toMatch(/Bearer|"sa"/);
});

it("issues nothing to an address with too many refused calls", async () => {
  const issue = vi.fn(async () => ({ token: "a.b.c" }));
  const rates = { waitOf: () => 4, takeCluster: () => 0, takeRefused: () => undefined };
  const answer = await tokenGate(issue, { rates }).app.fetch(post("/token/local"));
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "4"]);
  expect(issue).not.toHaveBeenCalled();
});
