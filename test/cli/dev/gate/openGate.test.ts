import { describe, expect, it } from "vitest";
import { openGate } from "../../../../src/cli/dev/gate/openGate.ts";
import type { Cluster } from "../../../../src/gate/config/Cluster.ts";
import { defineGate, type GateDefinition } from "../../../../src/gate/config/defineGate.ts";
import { capability } from "../../../../src/identity/capability/capability.ts";
import { clientCertificate } from "../../../../src/identity/certificate/clientCertificate.ts";

const eks: Cluster = { mode: "warn", identity: [{ tier: "capability", issuer: "https://issuer.example.com" }] };
const onprem: Cluster = { identity: [{ tier: "client-certificate", subjects: ["CN=kube-apiserver"] }] };
const gateOf = (clusters: GateDefinition["clusters"]) =>
  openGate(defineGate({ policies: [], tiers: [capability(), clientCertificate()], clusters }));

it("openGate of a table answers every caller of each cluster, and keeps the other settings", () => {
  const { clusters, tiers } = gateOf({ eks, onprem, open: { identity: "none" } });
  expect(tiers).toEqual([]);
  expect(clusters).toEqual({
    eks: { mode: "warn", identity: "none" },
    onprem: { identity: "none" },
    open: { identity: "none" },
  });
});

describe("openGate of a lookup", () => {
  const find = (found: unknown): Promise<unknown> => {
    const { clusters } = gateOf(() => Promise.resolve(found as Cluster));
    if (typeof clusters !== "function") throw new TypeError("the clusters are a lookup");
    return clusters("eks", AbortSignal.timeout(1_000));
  };

  it.each<[what: string, found: unknown, opened: unknown]>([
    ["a cluster with tiers", eks, { mode: "warn", identity: "none" }],
    ["an open cluster", { identity: "none" }, { identity: "none" }],
    ["no cluster", undefined, undefined],
    ["something that is no cluster", "eks", "eks"],
  ])("resolves to %s", async (_, found, opened) => {
    expect(await find(found)).toEqual(opened);
  });

  it.each<[what: string, identity: unknown, fault: RegExp]>([
    ["no identity", undefined, /^gate: clusters\.eks\.identity is missing/],
    ["an unknown tier", [{ tier: "jwt" }], /^gate: clusters\.eks\.identity\[0\]\.tier names "jwt"/],
    ["a setting that is missing", [{ tier: "capability" }], /^gate: clusters\.eks\.identity\[0\]/],
  ])("rejects for %s, as when it is deployed", async (_, identity, fault) => {
    await expect(find({ identity })).rejects.toThrow(fault);
  });
});
