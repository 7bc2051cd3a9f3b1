import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { listenAddress, type Machine, thisMachine } from "../../../src/cli/dev/listenAddress.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { Host } from "../../../src/protocol/Host.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  bridge: ["172.18.0.1"],
  both: ["172.18.0.1", "fc00::1"],
  loopback: ["127.0.1.1"],
  elsewhere: ["192.0.2.7"],
  "host.docker.internal": ["172.18.0.1"],
};
const machine: Machine = {
  addresses: () => ["127.0.0.1", "::1", "10.0.0.5", "172.18.0.1", "fc00::1", "fe80::1"],
  resolve: async (name) => NAMES[name] ?? [],
};
const ALL = "all addresses: every machine in your networks can call it";

it.each<[host: string, address: string | undefined, callers: string]>([
  ["localhost", "127.0.0.1", "127.0.0.1: only this machine can call it"],
  ["gate.localhost", "127.0.0.1", "127.0.0.1: only this machine can call it"],
  ["127.0.0.2", "127.0.0.2", "127.0.0.2: only this machine can call it"],
  ["::1", "::1", "::1: only this machine can call it"],
  ["172.18.0.1", "172.18.0.1", "172.18.0.1: every machine that reaches it can call it"],
  ["fc00::1", "fc00::1", "fc00::1: every machine that reaches it can call it"],
  ["bridge", "172.18.0.1", "172.18.0.1: every machine that reaches it can call it"],
  ["both", undefined, ALL],
  ["loopback", undefined, ALL],
  ["elsewhere", undefined, ALL],
  ["unknown", undefined, ALL],
  // Containers resolve it to another address.
  ["host.docker.internal", undefined, ALL],
  ["host.minikube.internal", undefined, ALL],
])("for --host %s, postern dev listens on %s", async (host, address, callers) => {
  expect(await listenAddress(new Host(host), machine)).toEqual({ address, callers });
});

describe("listenAddress refuses an address of another machine", () => {
  it.each<[host: string, own: readonly string[], has: string]>([
    ["172.19.0.1", machine.addresses(), "10.0.0.5, 172.18.0.1, fc00::1"],
    ["fc00::2", machine.addresses(), "10.0.0.5, 172.18.0.1, fc00::1"],
    ["192.0.2.1", ["127.0.0.1", "::1", "fe80::1"], "no address except loopback"],
  ])("%s", async (host, own, has) => {
    const call = listenAddress(new Host(host), { ...machine, addresses: () => own });
    const message = `--host ${host} is not an address of this machine, which has ${has}`;
    await expect(call).rejects.toThrow(new CliError("cannot-serve", message));
  });
});

it("thisMachine has the addresses of its interfaces, and no name that does not resolve", async () => {
  const count = Object.values(networkInterfaces()).flatMap((all) => all ?? []).length;
  expect(thisMachine.addresses()).toHaveLength(count);
  expect(thisMachine.addresses().join()).not.toContain("%");
  expect(await thisMachine.resolve("localhost")).not.toEqual([]);
  expect(await thisMachine.resolve("no-such-name.invalid")).toEqual([]);
});
