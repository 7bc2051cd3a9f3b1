import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { MAX_ADDRESSES, type ProbeDependencies, type ProbeResult, probe } from "../../../src/trust/probe/probe.ts";
import { pemBlock } from "../../../src/trust/x509/parseCertificate.ts";
import { patience } from "../../run/speedFactor.ts";
import { derOf } from "../derOf.ts";
import { type CertificateSpec, DAY, makeCertificate, NOW, privateKeyPem } from "../makeCertificate.ts";
import { TlsEdge } from "../TlsEdge.ts";

/** Enough for a handshake that is to succeed. */
const LIMIT_MS = patience(20_000);
const ROOT: CertificateSpec = { subject: "CN=root", key: "p384", ca: true };
const MIDDLE: CertificateSpec = { subject: "CN=middle", issuer: "CN=root", key: "rsa", signedBy: "p384", ca: true };
const LEAF: CertificateSpec = {
  subject: "CN=leaf",
  issuer: "CN=middle",
  key: "p256",
  signedBy: "rsa",
  ca: false,
  dns: ["hook.example"],
  notAfter: NOW + 10 * DAY,
};
const pems: Record<string, string> = {};
let ecdsaKey = "";
let rsaKey = "";
const edges: TlsEdge[] = [];

beforeAll(async () => {
  const specs: Record<string, CertificateSpec> = {
    root: ROOT,
    middle: MIDDLE,
    leaf: LEAF,
    rsaLeaf: { ...LEAF, subject: "CN=rsaLeaf", key: "rsa-b" },
    other: { ...ROOT, subject: "CN=other" },
    // OpenSSL does not parse distribution points; Go does.
    odd: { ...LEAF, extensions: [{ oid: "2.5.29.31", value: derOf(0x30, derOf(0x04)) }] },
  };
  for (const [name, spec] of Object.entries(specs)) pems[name] = pemBlock(await makeCertificate(spec));
  ecdsaKey = await privateKeyPem("p256");
  rsaKey = await privateKeyPem("rsa-b");
});
afterEach(async () => {
  await Promise.all(edges.splice(0).map((edge) => edge.stop()));
});

const pem = (...names: string[]): string => names.map((name) => pems[name] ?? "").join("");

async function serve(options: TlsOptions, address?: string, port?: number): Promise<TlsEdge> {
  const edge = await TlsEdge.tls(options, address, port);
  edges.push(edge);
  return edge;
}

function ask(port: number, addresses: readonly string[], more: Partial<ProbeDependencies> = {}): Promise<ProbeResult> {
  return probe(`https://hook.example:${port}/k/secret/c/prod/validate`, {
    resolve: async (_, family) => addresses.filter((it) => it.includes(":") === (family === 6)),
    timeoutMs: LIMIT_MS,
    signal: new AbortController().signal,
    ...more,
  });
}

/** The version and key of each handshake, with the names in the chain or the fault code. */
function seen({ observations }: ProbeResult): string[] {
  return observations.map((it) => {
    const what = it.ok ? it.chain.map(({ subject }) => subject.short).join(" ") : it.code;
    return `${it.version} ${it.key}: ${what}`;
  });
}

describe("probe", () => {
  it.each<[what: string, names: string[]]>([
    ["only a leaf", ["leaf"]],
    ["a leaf and its intermediate", ["leaf", "middle"]],
    ["a leaf, its intermediate and the root", ["leaf", "middle", "root"]],
    ["a chain in the wrong order", ["leaf", "root", "middle"]],
    ["a chain with duplicates and an unrelated certificate", ["leaf", "other", "middle", "leaf", "middle"]],
  ])("returns the chain exactly as served: %s", async (_, names) => {
    const { port } = await serve({ cert: pem(...names), key: ecdsaKey });
    const result = await ask(port, ["127.0.0.1"]);
    expect(seen(result)).toEqual([
      `TLSv1.3 ecdsa: ${names.join(" ")}`,
      "TLSv1.3 rsa: not-offered",
      `TLSv1.2 ecdsa: ${names.join(" ")}`,
      "TLSv1.2 rsa: not-offered",
    ]);
    const served = result.observations.flatMap((it) =>
      it.ok ? [it.chain.map(({ pem: block }) => block).join("")] : [],
    );
    expect(served).toEqual([pem(...names), pem(...names)]);
  });

  it("returns both chains of an endpoint with two kinds of key", async () => {
    const { port } = await serve({
      cert: [pem("leaf", "middle"), pem("rsaLeaf", "middle", "root")],
      key: [ecdsaKey, rsaKey],
    });
    const result = await ask(port, ["127.0.0.1"]);
    expect(seen(result)).toEqual([
      "TLSv1.3 ecdsa: leaf middle",
      "TLSv1.3 rsa: rsaLeaf middle root",
      "TLSv1.2 ecdsa: leaf middle",
      "TLSv1.2 rsa: rsaLeaf middle root",
    ]);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "reports not-offered for the other TLS version of an endpoint with only %s",
    async (version) => {
      const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey, minVersion: version, maxVersion: version });
      const observed = seen(await ask(port, ["127.0.0.1"]));
      expect(observed.filter((it) => it.endsWith(": leaf"))).toEqual([`${version} ecdsa: leaf`]);
      expect(observed.filter((it) => it.endsWith(": not-offered"))).toHaveLength(3);
    },
  );

  it("returns the chain of an endpoint that requires a client certificate, as not finished in TLS 1.2", async () => {
    const client = { requestCert: true, rejectUnauthorized: true, ca: [pem("root")] };
    const { port } = await serve({ cert: pem("leaf", "middle"), key: ecdsaKey, ...client });
    const { observations } = await ask(port, ["127.0.0.1"]);
    const served = observations.flatMap((it) => (it.ok ? [[it.version, it.chain.length, it.finished]] : []));
    expect(served).toEqual([
      ["TLSv1.3", 2, true],
      ["TLSv1.2", 2, false],
    ]);
  });

  it("makes handshakes with an IPv6 address", async ({ skip }) => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey }, "::1").catch(() => skip("this machine has no ::1"));
    const { observations } = await ask(edge.port, ["::1"]);
    expect(observations.flatMap((it) => (it.ok ? [[it.address, it.family, it.version]] : []))).toEqual([
      ["::1", 6, "TLSv1.3"],
      ["::1", 6, "TLSv1.2"],
    ]);
  });

  it("sends the host name as SNI", async () => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey });
    await ask(edge.port, ["127.0.0.1"]);
    expect(edge.serverNames).toEqual(Array(4).fill("hook.example"));
  });

  it("sends no SNI and resolves nothing if the host is an IP address", async () => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const result = await probe(`https://127.0.0.1:${edge.port}/`, {
      resolve: () => Promise.reject(new Error("must not be called")),
      timeoutMs: LIMIT_MS,
      signal: new AbortController().signal,
    });
    expect(result.host).toBe("127.0.0.1");
    expect(seen(result)).toEqual([
      "TLSv1.3 ecdsa: leaf",
      "TLSv1.3 rsa: not-offered",
      "TLSv1.2 ecdsa: leaf",
      "TLSv1.2 rsa: not-offered",
    ]);
    expect(edge.serverNames).toEqual([]);
  });

  it("reports each address separately", async () => {
    const { port } = await serve({ cert: pem("leaf", "middle"), key: ecdsaKey });
    await serve({ cert: pem("leaf"), key: ecdsaKey }, "127.0.0.2", port);
    // Nothing listens on the third address.
    const result = await ask(port, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    const byAddress = Map.groupBy(result.observations, ({ address }) => address);
    expect([...byAddress].map(([address, all]) => [address, all.length])).toEqual([
      ["127.0.0.1", 4],
      ["127.0.0.2", 4],
      ["127.0.0.3", 4],
    ]);
    expect(byAddress.get("127.0.0.3")?.every((it) => !it.ok && it.code === "refused")).toBe(true);
    expect(result.observations.flatMap((it) => (it.ok ? [[it.chain.length, it.address]] : []))).toEqual([
      [2, "127.0.0.1"],
      [2, "127.0.0.1"],
      [1, "127.0.0.2"],
      [1, "127.0.0.2"],
    ]);
  });

  it("probes the addresses of one family if the other one does not resolve", async () => {
    const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const result = await ask(port, [], {
      resolve: async (_, family) => {
        if (family === 6) throw new Error("queryAaaa ESERVFAIL hook.example");
        return ["127.0.0.1", "127.0.0.1"];
      },
    });
    expect(result.observations.map(({ address }) => address)).toEqual(Array(4).fill("127.0.0.1"));
  });

  it("probes MAX_ADDRESSES addresses and counts the others", async () => {
    const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const many = Array.from({ length: MAX_ADDRESSES + 3 }, (_, index) => `127.0.1.${index}`);
    const result = await ask(port, many);
    expect(result.addressesLeftOut).toBe(3);
    expect(result.observations).toHaveLength(MAX_ADDRESSES * 4);
  });

  it("reports bad-certificate for a certificate that Go cannot parse", async () => {
    const { port } = await serve({ cert: pem("odd"), key: ecdsaKey });
    const observed = seen(await ask(port, ["127.0.0.1"]));
    expect(observed).toContain("TLSv1.3 ecdsa: bad-certificate");
  });

  it.each<[what: string, onConnection: Parameters<typeof TlsEdge.tcp>[0], code: string]>([
    ["closes the connection", (socket) => socket.destroy(), "refused"],
    ["does not speak TLS", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), "tls-failed"],
    ["sends nothing", () => {}, "timeout"],
  ])("classifies a server that %s", async (_, onConnection, code) => {
    const edge = await TlsEdge.tcp(onConnection);
    edges.push(edge);
    // Only the silent server needs a short time limit.
    const result = await ask(edge.port, ["127.0.0.1"], code === "timeout" ? { timeoutMs: 300 } : {});
    expect(result.observations.map((it) => (it.ok ? "ok" : it.code))).toEqual([code, code, code, code]);
  });

  it("ends at its total time limit if no address answers", async () => {
    const edge = await TlsEdge.tcp(() => {});
    edges.push(edge);
    const many = Array.from({ length: MAX_ADDRESSES }, (_, index) => `127.0.1.${index}`);
    const silent = await Promise.all(many.map((address) => TlsEdge.tcp(() => {}, address, edge.port)));
    edges.push(...silent);
    // The time limit of one handshake (code "timeout") is longer than that of this test.
    const result = await ask(edge.port, many, { timeoutMs: 2 * patience(60_000), totalTimeoutMs: 300 });
    expect(result.observations.every((it) => !it.ok && it.code === "aborted")).toBe(true);
  });

  it("ends when its signal aborts, also during name resolution", async () => {
    const controller = new AbortController();
    const resolve: ProbeDependencies["resolve"] = () => {
      setImmediate(() => controller.abort());
      return new Promise(() => {});
    };
    const stuck = ask(443, [], { resolve, signal: controller.signal });
    await expect(stuck).rejects.toMatchObject({ code: "resolve-failed" });
  });

  it.each(["http://hook.example/", "hook.example", "", "file:///etc/passwd"])("throws bad-url for %j", async (url) => {
    const dependencies = {
      resolve: async () => [],
      timeoutMs: 100,
      signal: new AbortController().signal,
    };
    await expect(probe(url, dependencies)).rejects.toMatchObject({ code: "bad-url" });
  });

  it("throws resolve-failed if the host has no address", async () => {
    const failure = expect.objectContaining({
      code: "resolve-failed",
      message: expect.stringContaining("hook.example"),
    });
    await expect(ask(443, [])).rejects.toEqual(failure);
    await expect(ask(443, ["no address"])).rejects.toEqual(failure);
  });
});
