import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { FullListener } from "./FullListener.ts";

const GUIDE = fileURLToPath(new URL("../../../infra/guides/edge-down/README.md", import.meta.url));
const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const TIMEOUT_SECONDS = 5;

/** What the edge does, and at which URL with which CA. */
interface EdgeState {
  readonly what: string;
  readonly url: () => string;
  readonly ca?: () => string;
}

const started = new StartedResources();
let cluster: ClusterClient;
let namespace: TestNamespace;
let ca: TestCa;
let other: TestCa;
let full: FullListener;
let server: Server;

const at = (path: string): string => `https://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

const STATES: readonly EdgeState[] = [
  { what: "the name does not resolve", url: () => "https://postern.invalid/" },
  { what: "packets get no answer (a firewall, a dead network)", url: () => `https://127.0.0.1:${full.port}/` },
  { what: "the connection is refused", url: () => "https://127.0.0.1:1/" },
  { what: "the certificate has another root", url: () => at("/verdict"), ca: () => other.cert },
  { what: "the connection is closed without an answer", url: () => at("/closed") },
  { what: "401: no credential, or a wrong one", url: () => at("/401") },
  { what: "404: the path is not that of the gate", url: () => at("/404") },
  { what: "500", url: () => at("/500") },
  { what: "502 of a proxy", url: () => at("/502") },
  { what: "503 with Retry-After", url: () => at("/503") },
  { what: "a page instead of a verdict", url: () => at("/page") },
  { what: "no answer in time", url: () => at("/slow") },
  { what: "the edge works, and the gate denies", url: () => at("/verdict") },
];

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  namespace = await TestNamespace.create(cluster, "edgedown");
  [ca, other] = await Promise.all([TestCa.create("edge"), TestCa.create("other")]);
  full = await started.add(FullListener.start(), (it) => it.stop());
  server = createServer(await ca.issue({ name: "edge", hosts: ["127.0.0.1"] }));
  server.on("request", async (incoming, answer): Promise<unknown> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const path = incoming.url?.replace(/\?.*/, "") ?? "";
    if (path === "/slow") return undefined;
    if (path === "/closed") return incoming.socket.destroy();
    if (path === "/page") return answer.writeHead(200, { "content-type": "text/html" }).end("<h1>busy</h1>");
    if (path !== "/verdict") {
      const status = Number(path.slice(1));
      return answer.writeHead(status, status === 503 ? { "retry-after": "1" } : {}).end();
    }
    const { uid } = JSON.parse(Buffer.concat(chunks).toString()).request;
    const status = { code: 403, message: "denied by the gate" };
    const response = { uid, allowed: false, status };
    return answer
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  started.add(Promise.resolve(server), async (it) => {
    it.closeAllConnections();
    it.close();
  });
});
afterAll(() => started.stop());

/** Registers two webhooks, by failurePolicy, for ConfigMaps of this namespace with the label of the policy. Returns their names. */
async function register({ url, ca: bundle }: EdgeState): Promise<{ Fail: string; Ignore: string }> {
  const id = randomUUID().slice(0, 8);
  const names = { Fail: `fail-${id}.postern.dev`, Ignore: `ignore-${id}.postern.dev` };
  for (const policy of ["Fail", "Ignore"] as const) {
    const webhook = {
      name: names[policy],
      clientConfig: { url: url(), caBundle: Buffer.from(bundle?.() ?? ca.cert).toString("base64") },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace.name } },
      objectSelector: { matchLabels: { policy } },
      failurePolicy: policy,
      sideEffects: "None",
      timeoutSeconds: TIMEOUT_SECONDS,
      admissionReviewVersions: ["v1"],
    };
    const made = await cluster.api.create(WEBHOOKS, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: names[policy] },
      webhooks: [webhook],
    });
    expect(made.status).toBe(201);
  }
  return names;
}

async function create(policy: "Fail" | "Ignore"): Promise<{ answer: ApiAnswer; name: string; ms: number }> {
  const name = `edge-${randomUUID().slice(0, 8)}`;
  const start = performance.now();
  const answer = await cluster.api.create(namespace.path("configmaps"), { metadata: { name, labels: { policy } } });
  return { answer, name, ms: performance.now() - start };
}

/** A row of the table: what happens with each failurePolicy, and after how long. */
async function measure(state: EdgeState): Promise<string> {
  const names = await register(state);
  try {
    // The API server loads a registration some time after it was made.
    const failed = await eventually(`${state.what}: the API server to call it`, async () => {
      const tried = await create("Fail");
      return tried.answer.body.message?.includes(names.Fail) === true ? tried : undefined;
    });
    const ignored = await eventually(`${state.what}: the API server to call it, and to ignore`, async () => {
      const tried = await create("Ignore");
      if (tried.answer.status !== 201) return tried;
      const event = await eventually("the audit event", () => cluster.creationEvent(tried.name, namespace.name));
      const told = Object.entries(event.annotations ?? {}).find(([key]) => key.startsWith("failed-open.validating"));
      return told?.[1] === names.Ignore ? tried : undefined;
    });
    const reason = String(failed.answer.body.message)
      .replaceAll(/^.*?"(?:fail)-[0-9a-f]+\.postern\.dev"(?: denied the request)?: (?:failed to call webhook: )?/g, "")
      .replaceAll(/Post "[^"]*": /g, "")
      .replaceAll(/127\.0\.0\.1:\d+/g, "ADDRESS")
      .replaceAll(/on \S+:53/g, "on RESOLVER");
    const waited = failed.ms >= 0.9 * TIMEOUT_SECONDS * 1_000 ? "after `timeoutSeconds`" : "at once";
    const outcome = (it: ApiAnswer): string => (it.status === 201 ? "allowed, unchecked" : `refused, ${it.status}`);
    return `| ${state.what} | ${outcome(failed.answer)} | ${outcome(ignored.answer)} | ${waited} | \`${shortened(reason)}\` |`;
  } finally {
    for (const name of Object.values(names)) await cluster.api.delete(`${WEBHOOKS}/${name}`);
  }
}

/** The beginning of a message that is the same on every machine. */
function shortened(reason: string): string {
  const known =
    /no such host|context deadline exceeded|connect: connection refused|x509: certificate signed by unknown authority|EOF|the server has asked for the client to provide credentials|the server could not find the requested resource|an error on the server|the server is currently unable to handle the request|couldn't get version\/kind|denied by the gate/.exec(
      reason,
    );
  return known?.[0] ?? reason.slice(0, 60);
}

const HEAD = ["| the edge | `Fail` | `Ignore` | how long | the error says |", "|---|---|---|---|---|"];
const BEGIN = "<!-- measured: edge-down -->";
const END = "<!-- /measured -->";

it("the table of the guide is what the API server does", async () => {
  const rows: string[] = [];
  for (const state of STATES) rows.push(await measure(state));
  const text = readFileSync(GUIDE, "utf8");
  const [before = "", rest = ""] = text.split(BEGIN);
  const after = rest.slice(rest.indexOf(END));
  const measured = `${before}${BEGIN}\n\n${[...HEAD, ...rows].join("\n")}\n\n${after}`;
  if (process.env.POSTERN_WRITE_GUIDE === "1") writeFileSync(GUIDE, measured);
  expect(readFileSync(GUIDE, "utf8")).toBe(measured);
}, 600_000);
