import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { DevProcesses, GATE_ARGS } from "../DevProcesses.ts";
import { insideFolder } from "../insideFolder.ts";
import type { PosternProcess } from "../PosternProcess.ts";
import { runPostern } from "../runPostern.ts";
import { statusOfReview } from "../statusOfReview.ts";

const processes = DevProcesses.forEachTest();
const dev = (...args: string[]): PosternProcess => processes.start(...args);

describe("postern dev --host", () => {
  it("serves the name in its URL, its registration and its certificate, and says who can call it", async () => {
    const process = dev(...GATE_ARGS, "--host", "host.docker.internal");
    const [, port] = await process.says(/^postern dev +https:\/\/host\.docker\.internal:(\d+)\/c\/local\/validate$/m);
    await process.says(/^apply it /m);
    expect(process.out).toMatch(/^listens on +all addresses: every machine in your networks can call it$/m);
    expect(process.out).not.toMatch(/^kind/m);
    const files = (name: string): string => readFileSync(`${processes.folder.path}/.postern/${name}`, "utf8");
    expect(files("registration.yaml")).toContain(`url: https://host.docker.internal:${port}/c/local/validate/default`);
    const served = new X509Certificate(files("localhost.pem"));
    expect([served.checkHost("host.docker.internal"), served.checkIP("127.0.0.1")]).toEqual([
      "host.docker.internal",
      "127.0.0.1",
    ]);
    expect(await statusOfReview(Number(port), "127.0.0.1")).toBe(200);
    expect(await statusOfReview(Number(port), ownAddress())).toBe(200);
  });

  it("listens only on the address, and only on loopback without it", async () => {
    const address = ownAddress();
    const process = dev(...GATE_ARGS, "--host", address);
    const [, port] = await process.says(/^postern dev +https:\/\/[^/]+:(\d+)\/c\/local\/validate$/m);
    await process.says(/^apply it /m);
    expect(process.out).toContain(`${address}: every machine that reaches it can call it`);
    expect(await statusOfReview(Number(port), address)).toBe(200);
    expect(await statusOfReview(Number(port), "127.0.0.1")).toBeUndefined();
    process.signal("SIGTERM");
    expect(await process.exit()).toBe(0);
    const local = dev(...GATE_ARGS);
    const [, other] = await local.says(/^postern dev +https:\/\/localhost:(\d+)\//m);
    await local.says(/^apply it /m);
    expect(await statusOfReview(Number(other), address)).toBeUndefined();
    expect(await statusOfReview(Number(other), "127.0.0.1")).toBe(200);
  });

  it("serves an IPv6 address", async () => {
    const process = dev(...GATE_ARGS, "--host", "::1");
    const [, port] = await process.says(/^postern dev +https:\/\/\[::1\]:(\d+)\/c\/local\/validate$/m);
    await process.says(/^apply it /m);
    expect(process.out).toMatch(/^listens on +::1: only this machine can call it$/m);
    expect(await statusOfReview(Number(port), "::1")).toBe(200);
    expect(readFileSync(`${processes.folder.path}/.postern/registration.yaml`, "utf8")).toContain(
      `url: https://[::1]:${port}/c/`,
    );
  });

  it.each<[host: string, fault: string]>([
    ["https://gate", "expected only a host, without https:// and without a path"],
    ["gate:8443", "expected a host without a port; use --port"],
    ["0.0.0.0", "this is the address of no machine; name the one that the cluster calls"],
  ])("refuses %s in one line", async (host, fault) => {
    const { code, out, err } = await runPostern(["dev", "--host", host]);
    expect([code, out, err]).toEqual([
      2,
      "",
      `postern: option '--host <host>' argument '${host}' is invalid. ${fault}; see postern dev --help\n`,
    ]);
  });

  it("refuses the address of another machine in one line", async () => {
    const { code, out, err } = await insideFolder(processes.folder.path, () =>
      runPostern(["dev", ...GATE_ARGS, "--host", "192.0.2.1"]),
    );
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: --host 192\.0\.2\.1 is not an address of this machine, which has [^\n]+\n$/);
  });
});

/** An address of this machine that is not loopback. Without one, the last address of loopback. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.9";
}
