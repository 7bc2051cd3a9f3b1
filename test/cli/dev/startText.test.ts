import { expect, it } from "vitest";
import { type Started, startText } from "../../../src/cli/dev/startText.ts";

const registration = {
  origin: "https://localhost:8443",
  cluster: "local",
  clusters: ["local"],
  exists: true,
  path: ".postern/registration.yaml",
  hasConversions: false,
  conversionsPath: ".postern/conversions.yaml",
};
const pair = { caPath: ".postern/ca.pem", caSince: Date.UTC(2026, 0, 2, 3), isNew: false, isReissued: false };
const listening = { address: "127.0.0.1", callers: "127.0.0.1: only this machine can call it" };
const textOf = (changed: Partial<Started["registration"]> = {}, more: Partial<Started> = {}): string[] =>
  startText({ registration: { ...registration, ...changed }, pair, listening, hasTiers: false, ...more });

it("startText has the URL, who can call it, the CA and the registration", () => {
  expect(textOf()).toEqual([
    "postern dev  https://localhost:8443/c/local/validate",
    "listens on   127.0.0.1: only this machine can call it",
    "CA           .postern/ca.pem, created on 2026-01-02",
    "registration .postern/registration.yaml",
    "apply it     kubectl apply --server-side -f .postern/registration.yaml",
    "kind, minikube cannot call this URL; see --host in postern dev --help",
  ]);
});

it("startText has no line about kind and minikube when another machine can call the URL, or nothing is registered", () => {
  const all = { address: undefined, callers: "all addresses: every machine in your networks can call it" };
  expect(textOf({}, { listening: all }).join("\n")).not.toContain("kind");
  expect(textOf({ exists: false }).join("\n")).not.toMatch(/kind|registration|apply/);
});

it("startText says that the CA is new, and where the conversions are", () => {
  expect(textOf({}, { pair: { ...pair, isNew: true } })).toContain("CA           .postern/ca.pem, created now");
  expect(textOf({ hasConversions: true })).toContain("conversions  .postern/conversions.yaml says how to apply it");
});

it.each<[what: string, clusters: string[], line: string]>([
  ["all of two", ["one", "local"], "clusters     one, local"],
  [
    "as many as fit",
    Array.from({ length: 3000 }, (_, index) => `production-${index}`),
    "clusters     production-0, production-1, production-2, and 2997 more",
  ],
  ["only the number of clusters with long names", ["a".repeat(63), "b".repeat(63)], "clusters     2 clusters"],
])("startText lists the clusters: %s", (_what, clusters, line) => {
  const lines = textOf({ clusters });
  expect(lines).toContain(line);
  expect(lines.filter((it) => it.length > 80)).toEqual([]);
  expect(lines.length).toBeLessThan(20);
});

it("startText says that the CA was issued again for another host", () => {
  const lines = textOf({}, { pair: { ...pair, isReissued: true } });
  expect(lines).toContain("CA changed   for another --host: apply the registration again");
});

it("startText says where decision records go", () => {
  expect(textOf({}, { records: ".postern/records" })).toContain("records      .postern/records");
});

it.each([true, false])("startText says that every caller is answered, for a gate with tiers: %s", (hasTiers) => {
  const line = "identity     not asked for: dev answers every caller, and needs no keys";
  expect(textOf({}, { hasTiers }).includes(line)).toBe(hasTiers);
});
