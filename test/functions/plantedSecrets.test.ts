import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePorts } from "../cluster/ports/freePorts.ts";
import { readReview } from "../fixtures/readReview.ts";
import { eventually } from "../run/eventually.ts";
import { OtlpReceiver } from "../telemetry/otlp/OtlpReceiver.ts";
import { JSON_HEADERS, type Runtime } from "./Runtime.ts";
import { startNodeProcess } from "./startNode.ts";

const GATE = fileURLToPath(new URL("../fixtures/gates/secretsGate.ts", import.meta.url));

/** What must not come out again, by where it goes in. */
const PLANTED = {
  authorization: "planted-authorization-4f1c",
  cookie: "planted-cookie-9ab2",
  "x-forwarded-for": "203.0.113.77",
  "x-forwarded-client-cert": "planted-certificate-7d30",
  secret: "planted-secret-51e8",
  env: "planted-env-c0de",
  annotation: "planted-annotation-b33f",
  headerOfProbe: "planted-probe-1d2e",
  key: "",
};

let folder: string;
let receiver: OtlpReceiver;
let runtime: Runtime;
let metricsUrl: string;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-planted-"));
  receiver = await OtlpReceiver.start();
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = await exportJWK(privateKey);
  PLANTED.key = jwk.d ?? "";
  const [metricsPort = 0] = await freePorts(1);
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  runtime = await startNodeProcess(
    GATE,
    {
      POSTERN_RECORDS_DIR: join(folder, "store"),
      POSTERN_RECORDS_KEY: JSON.stringify(jwk),
      POSTERN_VERDICT_LINES: "1",
      POSTERN_VERDICT_USER: "name",
      POSTERN_METRICS_PORT: String(metricsPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER_ARG: "1",
    },
    (line) => lines.push(line),
  );
});

afterAll(async () => {
  await runtime?.stop();
  await receiver?.stop();
  await rm(folder, { recursive: true, force: true });
});

function podWithSecrets(): string {
  const review = JSON.parse(readReview("validate-v1-create-pods-1"));
  const { object } = review.request;
  object.metadata.annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ password: PLANTED.annotation }),
  };
  const [container] = object.spec.containers;
  container.env = [{ name: "DB_PASSWORD", value: PLANTED.env }];
  container.livenessProbe = {
    httpGet: { path: "/", port: 80, httpHeaders: [{ name: "Authorization", value: PLANTED.headerOfProbe }] },
  };
  object.spec.initContainers = [{ ...container, name: "init" }];
  return JSON.stringify(review);
}

function secretReview(): string {
  const review = JSON.parse(readReview("validate-v1-create-secrets-1"));
  const { object } = review.request;
  object.data = { password: PLANTED.secret };
  object.stringData = { password: PLANTED.secret };
  return JSON.stringify(review);
}

/** Everything that the gate wrote. */
async function output(): Promise<Readonly<Record<string, string>>> {
  const store = join(folder, "store");
  const files = (await readdir(store, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), "latin1")] as const),
  );
  return {
    ...Object.fromEntries(texts),
    log: lines.join("\n"),
    traces: JSON.stringify(receiver.spans),
    metrics: await (await fetch(metricsUrl)).text(),
  };
}

it("planted secrets are in no log line, record, trace, metric, answer or file", async () => {
  const { secret: _s, env: _e, annotation: _a, headerOfProbe: _h, key: _k, ...headers } = PLANTED;
  const answers: string[] = [];
  for (const cluster of ["shop", "staging"])
    for (const purpose of ["validate", "mutate"])
      for (const body of [podWithSecrets(), secretReview(), "{"]) {
        const answer = await runtime.call({
          path: `/c/${cluster}/${purpose}`,
          headers: { ...JSON_HEADERS, ...headers },
          body,
        });
        answers.push(answer.text);
      }
  await eventually("the records of the profile latency", () =>
    lines.filter((line) => line.includes('"message":"decision"')).length >= 4 ? true : undefined,
  );
  await eventually("the traces", () => (receiver.spans.length >= 12 ? true : undefined));
  const written: Readonly<Record<string, string>> = { ...(await output()), answers: answers.join("\n") };
  // What is scanned is really there.
  expect(written["000000000000.jsonl"]).toContain("[redacted]");
  expect(written.log).toContain('"message":"verdict"');
  expect(written.traces).toContain("policy throws");
  expect(written.metrics).toContain("postern_");
  const found = Object.entries(written).flatMap(([where, text]) =>
    Object.entries(PLANTED).flatMap(([what, value]) => {
      const encoded = Buffer.from(value).toString("base64").replace(/=+$/, "");
      return text.includes(value) || text.includes(encoded) ? [`${what} in ${where}`] : [];
    }),
  );
  expect(found).toEqual([]);
});
