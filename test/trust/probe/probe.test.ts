import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { MOST_ADDRESSES, type ProbeDependencies, type ProbeResult, probe } from "../../../src/trust/probe/probe.ts";
import { pemBlock } from "../../../src/trust/x509/pemBlock.ts";
import { patience } from "../../run/speedFactor.ts";
import { derOf } from "../derOf.ts";
import { type CertificateSpec, DAY, makeCertificate, NOW, privateKeyPem } from "../makeCertificate.ts";
import { TlsEdge } from "../TlsEdge.ts";

/** For a handshake that is to come about. In milliseconds. */
const LIMIT = patience(20_000);
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
    // OpenSSL does not look into distribution points; Go does.
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
    now: () => NOW,
    timeoutMs: LIMIT,
    signal: new AbortController().signal,
    ...more,
  });
}

/** Version and key of each handshake, with the names in the chain or the code of the failure. */
function seen({ observations }: ProbeResult): string[] {
  return observations.map((it) => {
    const what = it.ok ? it.chain.map(({ subject }) => subject.short).join(" ") : it.code;
    return `${it.version} ${it.key}: ${what}`;
  });
}

describe("probe", () => {
  it.each<[what: string, names: string[]]>([
    ["a leaf alone", ["leaf"]],
    ["a leaf and its intermediate", ["leaf", "middle"]],
    ["the root too", ["leaf", "middle", "root"]],
    ["the wrong order", ["leaf", "root", "middle"]],
    ["a stranger, and duplicates", ["leaf", "other", "middle", "leaf", "middle"]],
  ])("sees exactly what is served: %s", async (_, names) => {
    const { port } = await serve({ cert: pem(...names), key: ecdsaKey });
    const result = await ask(port, ["127.0.0.1"]);
    expect(seen(result)).toEqual([
      `TLSv1.3 ecdsa: ${names.join(" ")}`,
      "TLSv1.3 rsa: not-offered",
      `TLSv1.2 ecdsa: ${names.join(" ")}`,
      "TLSv1.2 rsa: not-offered",
    ]);
    const [chain, ...others] = result.chains;
    expect(others).toEqual([]);
    expect(chain).toMatchObject({ notAfter: new Date(NOW + 10 * DAY), daysLeft: 10 });
    expect(chain?.seen).toHaveLength(2);
    expect(chain?.certificates.map(({ pem: it }) => it).join("")).toBe(pem(...names));
  });

  it("sees both chains of an edge that has two kinds of key", async () => {
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
    expect(result.chains.map(({ certificates }) => certificates[0]?.subject.short).sort()).toEqual(["leaf", "rsaLeaf"]);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("says that an edge offers %s alone", async (version) => {
    const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey, minVersion: version, maxVersion: version });
    const observed = seen(await ask(port, ["127.0.0.1"]));
    expect(observed.filter((it) => it.endsWith(": leaf"))).toEqual([`${version} ecdsa: leaf`]);
    expect(observed.filter((it) => it.endsWith(": not-offered"))).toHaveLength(3);
  });

  it("sees what an edge serves that then wants a client's certificate, and says that it hung up", async () => {
    const client = { requestCert: true, rejectUnauthorized: true, ca: [pem("root")] };
    const { port } = await serve({ cert: pem("leaf", "middle"), key: ecdsaKey, ...client });
    const { observations } = await ask(port, ["127.0.0.1"]);
    const served = observations.flatMap((it) => (it.ok ? [[it.version, it.chain.length, it.finished]] : []));
    expect(served).toEqual([
      ["TLSv1.3", 2, true],
      ["TLSv1.2", 2, false],
    ]);
  });

  it("asks an IPv6 address", async ({ skip }) => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey }, "::1").catch(() => skip("there is no ::1"));
    const { observations } = await ask(edge.port, ["::1"]);
    expect(observations.flatMap((it) => (it.ok ? [[it.address, it.family, it.version]] : []))).toEqual([
      ["::1", 6, "TLSv1.3"],
      ["::1", 6, "TLSv1.2"],
    ]);
  });

  it("asks for the host by name", async () => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey });
    await ask(edge.port, ["127.0.0.1"]);
    expect(edge.serverNames).toEqual(Array(4).fill("hook.example"));
  });

  it("asks for no name where the host is an address, and resolves none", async () => {
    const edge = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const result = await probe(`https://127.0.0.1:${edge.port}/`, {
      resolve: () => Promise.reject(new Error("must not be asked")),
      now: () => NOW,
      timeoutMs: LIMIT,
      signal: new AbortController().signal,
    });
    expect(result).toMatchObject({ host: "127.0.0.1", unresolved: [], chains: [{ daysLeft: 10 }] });
    expect(edge.serverNames).toEqual([]);
  });

  it("asks every address, and tells them apart", async () => {
    const { port } = await serve({ cert: pem("leaf", "middle"), key: ecdsaKey });
    await serve({ cert: pem("leaf"), key: ecdsaKey }, "127.0.0.2", port);
    // Nobody listens on the third.
    const result = await ask(port, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    const byAddress = Map.groupBy(result.observations, ({ address }) => address);
    expect([...byAddress].map(([address, all]) => [address, all.length])).toEqual([
      ["127.0.0.1", 4],
      ["127.0.0.2", 4],
      ["127.0.0.3", 4],
    ]);
    expect(byAddress.get("127.0.0.3")?.every((it) => !it.ok && it.code === "refused")).toBe(true);
    expect(result.chains.map(({ certificates, seen: where }) => [certificates.length, where[0]?.address])).toEqual(
      expect.arrayContaining([
        [2, "127.0.0.1"],
        [1, "127.0.0.2"],
      ]),
    );
  });

  it("goes on when one family cannot be resolved, and says so", async () => {
    const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const result = await ask(port, [], {
      resolve: async (_, family) => {
        if (family === 6) throw new Error("queryAaaa ESERVFAIL hook.example");
        return ["127.0.0.1", "127.0.0.1"];
      },
    });
    expect(result.unresolved).toEqual([{ family: 6, message: "queryAaaa ESERVFAIL hook.example" }]);
    expect(result.observations).toHaveLength(4);
  });

  it("takes no more addresses than it can ask, and counts the rest", async () => {
    const { port } = await serve({ cert: pem("leaf"), key: ecdsaKey });
    const many = Array.from({ length: MOST_ADDRESSES + 3 }, (_, index) => `127.0.1.${index}`);
    const result = await ask(port, many);
    expect(result.addressesLeftOut).toBe(3);
    expect(result.observations).toHaveLength(MOST_ADDRESSES * 4);
  });

  it("says of a certificate that Go cannot read that it is bad", async () => {
    const { port } = await serve({ cert: pem("odd"), key: ecdsaKey });
    const observed = seen(await ask(port, ["127.0.0.1"]));
    expect(observed).toContain("TLSv1.3 ecdsa: bad-certificate");
  });

  it.each<[what: string, onConnection: Parameters<typeof TlsEdge.tcp>[0], code: string]>([
    ["hangs up", (socket) => socket.destroy(), "refused"],
    ["does not speak TLS", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), "tls-failed"],
    ["says nothing", () => {}, "timeout"],
  ])("says of a server that %s what it is", async (_, onConnection, code) => {
    const edge = await TlsEdge.tcp(onConnection);
    edges.push(edge);
    // Only silence has to be given up on soon.
    const result = await ask(edge.port, ["127.0.0.1"], code === "timeout" ? { timeoutMs: 300 } : {});
    expect(result.chains).toEqual([]);
    expect(result.observations.map((it) => (it.ok ? "ok" : it.code))).toEqual([code, code, code, code]);
  });

  it("is done in its total time, whatever the addresses do", async () => {
    const edge = await TlsEdge.tcp(() => {});
    edges.push(edge);
    const many = Array.from({ length: MOST_ADDRESSES }, (_, index) => `127.0.1.${index}`);
    const silent = await Promise.all(many.map((address) => TlsEdge.tcp(() => {}, address, edge.port)));
    edges.push(...silent);
    // What ends by the time of one handshake is a "timeout", and comes after this test's own.
    const result = await ask(edge.port, many, { timeoutMs: 2 * patience(60_000), totalTimeoutMs: 300 });
    expect(result.observations.every((it) => !it.ok && it.code === "aborted")).toBe(true);
  });

  it("is called off by its signal, in the resolver too", async () => {
    const controller = new AbortController();
    const resolve: ProbeDependencies["resolve"] = () => {
      setImmediate(() => controller.abort());
      return new Promise(() => {});
    };
    const stuck = ask(443, [], { resolve, signal: controller.signal });
    await expect(stuck).rejects.toMatchObject({ code: "resolve-failed" });
  });

  it.each(["http://hook.example/", "hook.example", "", "file:///etc/passwd"])("refuses %j", async (url) => {
    const dependencies = {
      resolve: async () => [],
      now: () => NOW,
      timeoutMs: 100,
      signal: new AbortController().signal,
    };
    await expect(probe(url, dependencies)).rejects.toMatchObject({ code: "bad-url" });
  });

  it("fails when there is no address", async () => {
    const failure = expect.objectContaining({
      code: "resolve-failed",
      message: expect.stringContaining("hook.example"),
    });
    await expect(ask(443, [])).rejects.toEqual(failure);
    await expect(ask(443, ["no address"])).rejects.toEqual(failure);
  });
});
