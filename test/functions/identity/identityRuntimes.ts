import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import type { Gate } from "../../../src/gate/config/defineGate.ts";
import { createLambda } from "../../../src/hosts/createLambda.ts";
import { identityGate } from "../../fixtures/gates/identityGate.ts";
import type { ClientPair } from "../../hosts/certificate/clientPki.ts";
import { bundleWorker } from "../bundleWorker.ts";
import { startNodeProcess } from "../startNode.ts";
import { WorkerdServer } from "../WorkerdServer.ts";
import type { IdentityBed } from "./IdentityBed.ts";
import { hostOf, type RawAnswer, type RawRequest, sendRaw } from "./RawRequest.ts";

/** The runtimes of a gate. */
export type RuntimeName = "Node" | "workerd" | "Lambda";

/** A runtime with the gate `identityGate`. */
export interface IdentityRuntime {
  send(request: RawRequest): Promise<RawAnswer>;
  /** Opens a connection for bytes as a test writes them, with a client certificate or without. Undefined on Lambda, which gets events. */
  readonly connect?: (options?: ConnectOptions) => Duplex;
  /** The log so far. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** How a test connects. Only Node has TLS. */
export interface ConnectOptions {
  readonly pair?: ClientPair | undefined;
  /** Default: http/1.1. */
  readonly protocol?: "http/1.1" | "h2";
}

type Start = (bed: IdentityBed) => Promise<IdentityRuntime>;

/** Starts the gate on each runtime. */
export const identityRuntimes: readonly [name: RuntimeName, start: Start][] = [
  ["Node", startNode],
  ["workerd", startWorkerd],
  ["Lambda", startLambda],
];

const sourceOf = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** A folder with the gate as a module, which has the keys of this run. */
async function gateFolder(bed: IdentityBed): Promise<{ readonly folder: string; readonly gate: string }> {
  const folder = await mkdtemp(join(tmpdir(), "postern-identity-"));
  const gate = join(folder, "gate.ts");
  await writeFile(
    gate,
    `import { identityGate } from ${sourceOf("../../fixtures/gates/identityGate.ts")};
export default identityGate(${JSON.stringify(bed.keys)});
`,
  );
  return { folder, gate };
}

async function startNode(bed: IdentityBed): Promise<IdentityRuntime> {
  const { folder, gate } = await gateFolder(bed);
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, bed.clientCa);
  const lines: string[] = [];
  let port = 0;
  const env = {
    ...bed.env,
    POSTERN_CLIENT_CA_FILE: caFile,
    POSTERN_CLIENT_CERT_HEADER: "Client-Cert",
    // Not the address of the test.
    POSTERN_TRUSTED_PROXIES: "192.0.2.1",
  };
  const runtime = await startNodeProcess(gate, env, (line) => {
    lines.push(line);
    port = Number(/"port":(\d+)/.exec(line)?.[1] ?? port);
  });
  const open = ({ pair, protocol = "http/1.1" }: ConnectOptions = {}) =>
    connectTls({ ...pair, host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: [protocol] });
  return {
    lines,
    send: (request) => sendRaw(open(request), request),
    connect: open,
    async stop() {
      await runtime.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function startWorkerd(bed: IdentityBed): Promise<IdentityRuntime> {
  const { folder } = await gateFolder(bed);
  const entry = join(folder, "worker.ts");
  await writeFile(
    entry,
    `import { workerCertificate } from ${sourceOf("../../../src/hosts/certificate/workerCertificate.ts")};
import { createWorker } from ${sourceOf("../../../src/hosts/createWorker.ts")};
import gate from "./gate.ts";
export default createWorker(gate, { clientCertificate: workerCertificate });
`,
  );
  const lines: string[] = [];
  const server = await WorkerdServer.start(await bundleWorker(entry), undefined, bed.env, {
    onLine: (line) => lines.push(line),
  });
  const open = () => connect({ host: "127.0.0.1", port: server.port });
  return {
    lines,
    send: (request) => sendRaw(open(), request),
    connect: open,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Behind a load balancer, which passes on the host that a caller wrote. */
async function startLambda(bed: IdentityBed): Promise<IdentityRuntime> {
  const lines: string[] = [];
  const { now } = Date;
  // Not a spy: those end with each test.
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    lines.push(String(text).trimEnd());
    return true;
  };
  const gate: Gate = identityGate(bed.keys);
  const handler = createLambda(gate, bed.env);
  return {
    lines,
    async send(request) {
      const { statusCode, multiValueHeaders = {}, body } = await handler(balancerEvent(request), {});
      const headers = Object.entries(multiValueHeaders).map(([name, values]) => `${name}: ${values.join(", ")}`);
      return { status: statusCode, headers: headers.sort(), text: body };
    },
    async stop() {
      process.stdout.write = write;
      Date.now = now;
    },
  };
}

/** The event of an Application Load Balancer with multi-value headers. */
function balancerEvent(request: RawRequest): object {
  const { method = "POST", target, headers = [], body } = request;
  const [path = "", query = ""] = target.split("?");
  const all = [
    ["host", hostOf(request)],
    ["content-type", "application/json"],
    ["x-forwarded-for", "203.0.113.7"],
    ...headers.filter(([name]) => name.toLowerCase() !== "host"),
  ] as const;
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [given, value] of all) {
    const name = given.toLowerCase();
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  }
  return {
    requestContext: {
      elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/a/b" },
    },
    httpMethod: method,
    path,
    multiValueQueryStringParameters: Object.fromEntries(
      [...new URLSearchParams(query)].map(([key, it]) => [key, [it]]),
    ),
    multiValueHeaders,
    body,
    isBase64Encoded: false,
  };
}
