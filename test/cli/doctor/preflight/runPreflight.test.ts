import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineGate } from "../../../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../../../src/policies/index.ts";
import { TestCa } from "../../../cluster/TestCa.ts";
import { gateListener } from "../../../e2e/edges/gateListener.ts";
import { patience } from "../../../run/speedFactor.ts";
import { InputFolder } from "../../InputFolder.ts";
import { runPostern } from "../../runPostern.ts";

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly todo: string;
}

const folder = new InputFolder();
const stops: (() => void)[] = [];
let ca: TestCa;
let caFile: string;
let gate: RequestListener;

beforeAll(async () => {
  ca = await TestCa.create("preflight");
  caFile = folder.write("ca.pem", ca.cert);
  const defined = defineGate({
    policies: [denyLabels()],
    clusters: { open: { identity: "none" } },
  });
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  gate = gateListener(defined, await exportJWK(privateKey));
});
afterAll(() => {
  for (const stop of stops) stop();
  folder.remove();
});

/** Serves over TLS on a free port of 127.0.0.1. */
async function serve(
  listener: RequestListener,
  more: { hosts?: string[]; notBefore?: Date; notAfter?: Date; maxVersion?: "TLSv1.2"; requestCert?: boolean } = {},
): Promise<string> {
  const { hosts = ["127.0.0.1"], notBefore, notAfter, ...tls } = more;
  const validity = { ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) };
  const pair = await ca.issue({ name: "gate", hosts, ...validity });
  const server = createServer({ ...pair, ...tls, rejectUnauthorized: tls.requestCert === true }, listener);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs the command: its exit code, its report and the findings but those of every run on this machine. */
async function preflight(url: string, ...more: string[]) {
  const { code, out, err } = await runPostern(["doctor", "--preflight", url, "--output", "json", ...more]);
  expect(err).toBe("");
  const report = JSON.parse(out);
  const all: Finding[] = report.findings;
  // Every finding says what to do.
  for (const { todo } of all) expect(todo).toMatch(/^[A-Z].*\.$/s);
  const findings = all.filter((it) => !["local-address", "no-announcement"].includes(it.code));
  return { code, report, codes: findings.map((it) => it.code), findings };
}

describe("postern doctor --preflight asks a real gate over TLS", () => {
  it("and finds nothing to mend with its root", async () => {
    const { report, codes, findings } = await preflight(await serve(gate), "--ca", caFile, "--cluster", "production");
    expect([codes, findings[0]?.message]).toEqual([["credential-wanted"], expect.stringContaining("unauthenticated")]);
    expect(report).toMatchObject({
      addresses: ["127.0.0.1"],
      tls: [{ address: "127.0.0.1", versions: ["TLSv1.2", "TLSv1.3"], keys: ["ecdsa"] }],
      chains: [{ names: ["127.0.0.1"], isPublic: false, isVerified: true, catalogues: [] }],
      gate: { ready: "ready", withoutCredential: "unauthenticated" },
      latency: { calls: 5 },
      announcement: "none",
      apiServer: null,
    });
    expect(report.latency.medianMs).toBeLessThanOrEqual(report.latency.maxMs);
  });

  it("and says which cluster gives verdicts to everyone", async () => {
    const { codes, code } = await preflight(await serve(gate), "--ca", caFile, "--cluster", "open");
    expect([codes, code]).toEqual([["open-cluster"], 1]);
  });

  it("in 80 columns, with what the API server checks and what is next", async () => {
    const url = await serve(gate);
    const { out, code } = await runPostern(["doctor", "--preflight", url, "--ca", caFile]);
    expect(code).toBe(1);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out).toMatch(/^ {2}it will check that it reaches an address of the host; TLS 1\.2 or later/m);
    expect(out).toMatch(
      /\nnext: ask the API server as well: .*--preflight\s+https:\/\/127\.0\.0\.1:\d+ --context NAME\n$/,
    );
  });
});

const html: RequestListener = (_, answer) =>
  answer.writeHead(200, { "content-type": "text/html" }).end("<h1>hello</h1>");
const answers =
  (status: number, headers: Record<string, string> = {}, body = ""): RequestListener =>
  (_, answer) =>
    answer.writeHead(status, headers).end(body);
const DAY_MS = 86_400_000;

describe("postern doctor --preflight names what is wrong with", () => {
  it.each<[what: string, url: () => Promise<string>, codes: string[], message: RegExp]>([
    [
      "a name without an address",
      async () => "https://postern.invalid",
      ["no-address"],
      /postern\.invalid has no address; (?:no DNS record|the DNS servers do not answer)(?!;)/,
    ],
    ["a closed port", async () => "https://127.0.0.1:1", ["no-handshake"], /127\.0\.0\.1: connection refused/],
    [
      "plain HTTP",
      async () => {
        const server = createHttpServer(gate);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        stops.push(() => server.close());
        return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      },
      ["no-handshake"],
      /127\.0\.0\.1: it answers without TLS, such as with plain HTTP/,
    ],
    [
      "another name",
      () => serve(gate, { hosts: ["other.example"] }),
      ["bad-certificate"],
      /other\.example.*\(wrong-host\)/,
    ],
    [
      "an expired certificate",
      () => serve(gate, { notBefore: new Date(Date.now() - 9 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) }),
      ["bad-certificate"],
      /\(expired\)/,
    ],
    [
      "a certificate that ends soon",
      () => serve(gate, { notBefore: new Date(Date.now() - 80 * DAY_MS), notAfter: new Date(Date.now() + 3 * DAY_MS) }),
      ["renewal-due"],
      /ends in \d+ (?:days|hours)/,
    ],
    ["a web page", () => serve(html), ["not-a-gate"], /answers 200 to a review, and not as a gate does \(no JSON\)/],
    ["a firewall", () => serve(answers(403, {}, "blocked")), ["not-a-gate"], /answers 403/],
    ["a broken edge", () => serve(answers(502, {}, "bad gateway")), ["not-a-gate"], /answers 502/],
    [
      "a login page",
      () => serve(answers(302, { location: "https://login.example/?next=x" })),
      ["redirects"],
      /answers 302 to https:\/\/login\.example/,
    ],
    ["a gate at another path", async () => `${await serve(gate)}/elsewhere`, ["wrong-path"], /not at this path/],
    [
      "a server that closes the connection",
      () => serve((request) => request.socket.destroy()),
      ["no-answer"],
      /no answer comes/,
    ],
    [
      "a wrong clock",
      () =>
        serve((request, answer) => {
          answer.setHeader("date", new Date(Date.now() - 3_600_000).toUTCString());
          gate(request, answer);
        }),
      ["wrong-clock"],
      /60 minutes behind|1 hour behind|\d+ minutes behind/,
    ],
    [
      "an announcement that is none",
      () =>
        serve((request, answer) =>
          request.url === "/.well-known/postern" ? answer.writeHead(200).end("soon") : gate(request, answer),
        ),
      ["bad-announcement"],
      /no signed statement/,
    ],
    [
      "a gate that does not take calls",
      () =>
        serve((request, answer) =>
          request.url === "/readyz" ? answer.writeHead(503).end('{"status":"draining"}') : gate(request, answer),
        ),
      ["not-ready"],
      /draining/,
    ],
    [
      "a server that wants a client certificate",
      () => serve(gate, { requestCert: true, maxVersion: "TLSv1.2" }),
      ["no-answer", "wants-client-certificate"],
      /no answer comes/,
    ],
  ])(
    "%s",
    async (_what, url, codes, message) => {
      const seen = await preflight(await url(), "--ca", caFile);
      expect(seen.codes.sort()).toEqual([...codes].sort());
      expect(seen.findings.map((it) => it.message).join("\n")).toMatch(message);
      const worst = seen.findings.some(({ severity }) => severity === "error") ? 3 : 1;
      expect(seen.code).toBe(worst);
    },
    patience(60_000),
  );

  it("what would control a terminal, without letting it", async () => {
    const url = await serve(answers(302, { location: "https://x.example/\u009b2J\u00ad" }));
    for (const output of ["text", "json"]) {
      const { out } = await runPostern(["doctor", "--preflight", url, "--ca", caFile, "--output", output]);
      expect(out).toContain("redirects");
      expect(out).not.toMatch(/[\u0080-\u009f]/);
    }
  });

  it("a CA that is not public, without --ca, and with another one", async () => {
    const url = await serve(gate);
    expect((await preflight(url)).codes).toEqual(["incomplete-chain"]);
    const other = folder.write("other.pem", (await TestCa.create("other")).cert);
    expect((await preflight(url, "--ca", other)).codes).toEqual(["other-root"]);
  });

  it(
    "a server that never answers, within its time limits",
    async () => {
      const pair = await ca.issue({ name: "gate", hosts: ["127.0.0.1"] });
      const server = createTlsServer(pair, (socket) => socket.on("error", () => undefined));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      stops.push(() => server.close());
      const { codes } = await preflight(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, "--ca", caFile);
      expect(codes).toEqual(["no-answer"]);
    },
    patience(60_000),
  );
});

describe("postern doctor --preflight refuses", () => {
  it.each<[args: string[], err: RegExp]>([
    [["--preflight", "http://gate.example.com"], /--preflight must be https/],
    [["--preflight", "https://u:secret@gate.example.com"], /--preflight must have no user name or password/],
    [["--preflight", "https://gate.example.com", "--gate", "gate.ts"], /--preflight does not take --config and --gate/],
    [["--preflight", "https://gate.example.com", "--kubeconfig", "x"], /only with --context/],
    [["--preflight", "https://gate.example.com", "--cluster", "a/../b"], /--cluster .* is not a name of a cluster/],
    [["--ca", "ca.pem"], /--ca needs --preflight/],
    [["--preflight", "https://gate.example.com", "--timeout", "5"], /--timeout needs --all/],
    [["--preflight", "https://gate.example.com", "--ca", "no-such.pem"], /--ca: no-such\.pem: /],
  ])("%j", async (args, err) => {
    const ran = await runPostern(["doctor", ...args]);
    expect([ran.code, ran.out]).toEqual([2, ""]);
    expect(ran.err).toMatch(err);
    expect(ran.err).not.toContain("secret");
  });
});
