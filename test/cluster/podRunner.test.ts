import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { reserveServiceAddress } from "../e2e/run/reserveServiceAddress.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import type { Cluster } from "./Cluster.ts";
import type { KubeObject } from "./ClusterApi.ts";
import { startCluster } from "./startCluster.ts";
import { ON_POD_RUNNER, startPodRunner } from "./startPodRunner.ts";
import { TestCa } from "./TestCa.ts";
import { TestNamespace } from "./TestNamespace.ts";

/** An HTTPS server at the Pod's address. It answers with its name, the content of its files, and its environment. */
const SERVER = `
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
const [tls, tokens] = process.argv.slice(2);
const read = (path) => readFileSync(path, "utf8");
createServer({ cert: read(tls + "/tls.crt"), key: read(tls + "/tls.key") }, (request, response) => {
  response.end(JSON.stringify({ pod: process.env.POD_NAME, file: read(tls + "/note"), env: process.env.NOTE, token: read(tokens + "/token") }));
}).listen(8443, process.env.POD_IP, () => console.log("serving"));
// A new connection may arrive after SIGTERM.
process.on("SIGTERM", () => setTimeout(() => process.exit(0), ${patience(700)}));
`;
/** Longer than the server takes to end. */
const GRACE_SECONDS = Math.ceil(patience(2_000) / 1000);

let cluster: Cluster;
let ns: TestNamespace;
let ca: TestCa;
let script: string;
/** Address of the Service. No other cluster on this machine uses it. */
let serviceIp: string;

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const node = (args: readonly string[]): KubeObject => ({ image: "none", command: [process.execPath], args });

/** Calls the server behind the Service. */
const ask = (): Promise<KubeObject> =>
  new Promise((resolve, reject) => {
    const call = request(
      { host: serviceIp, port: 443, ca: ca.cert, agent: false, timeout: patience(2_000) },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      },
    );
    call.once("error", reject);
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.end();
  });

beforeAll(async () => {
  serviceIp = await reserveServiceAddress();
  cluster = await startCluster({ controllers: true });
  await startPodRunner(cluster);
  ns = await TestNamespace.create(cluster, "pods");
  await cluster.api.create(ns.path("batch/v1", "cronjobs"), {
    metadata: { name: "every-minute" },
    spec: {
      schedule: "* * * * *",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              ...ON_POD_RUNNER,
              restartPolicy: "Never",
              containers: [{ name: "run", ...node(["-e", "console.log('ran')"]) }],
            },
          },
        },
      },
    },
  });
  ca = await TestCa.create("pods");
  script = join(cluster.place.folder, "server.mjs");
  await writeFile(script, SERVER);
  const { cert, key } = await ca.issue({ name: "server", hosts: [serviceIp] });
  const data = { "tls.crt": base64(cert), "tls.key": base64(key), note: base64("first") };
  await cluster.api.create(ns.path("secrets"), { metadata: { name: "server" }, data });
  await cluster.api.create(ns.path("services"), {
    metadata: { name: "server" },
    spec: { clusterIP: serviceIp, selector: { app: "server" }, ports: [{ port: 443, targetPort: "https" }] },
  });
  const labels = { app: "server" };
  const { status, body } = await cluster.api.create(ns.path("apps/v1", "deployments"), {
    metadata: { name: "server" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          ...ON_POD_RUNNER,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [
            {
              name: "server",
              ...node([script, "/etc/tls", "/etc/token"]),
              ports: [{ name: "https", containerPort: 8443 }],
              env: [
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "NOTE", valueFrom: { secretKeyRef: { name: "server", key: "note" } } },
              ],
              readinessProbe: { httpGet: { scheme: "HTTPS", port: "https", path: "/" }, periodSeconds: 1 },
              volumeMounts: [
                { name: "tls", mountPath: "/etc/tls" },
                { name: "token", mountPath: "/etc/token" },
              ],
            },
          ],
          volumes: [
            { name: "tls", secret: { secretName: "server" } },
            {
              name: "token",
              projected: {
                sources: [
                  {
                    serviceAccountToken: {
                      path: "token",
                      audience: "https://gate.example.com",
                      expirationSeconds: 600,
                    },
                  },
                ],
              },
            },
          ],
        },
      },
    },
  });
  if (status !== 201) throw new Error(body.message);
  await rolledOut();
});

afterAll(() => cluster?.stop());

async function rolledOut(): Promise<void> {
  const { code, stderr } = await cluster.kubectl([
    "-n",
    ns.name,
    "rollout",
    "status",
    "deployment/server",
    `--timeout=${patience(45_000)}ms`,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

/** The Pods of an app, without terminating ones. */
const podsOf = async (app: string): Promise<KubeObject[]> => {
  const { body } = await cluster.api.get(ns.path("pods"), { query: { labelSelector: `app=${app}` } });
  return body.items.filter(({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined);
};

it("the Pod runner routes a Service's address to its ready Pods, each with its own address", async () => {
  const pods = await podsOf("server");
  const addresses = pods.map(({ status }) => status.podIP);
  expect(new Set(addresses).size).toBe(2);
  for (const address of addresses) expect(address).toMatch(/^127\.1\./);
  const names = new Set<string>();
  for (let count = 0; count < 20; count += 1) names.add((await ask()).pod);
  expect([...names].sort()).toEqual(pods.map(({ metadata }) => metadata.name).sort());
});

it("the Pod runner projects a token that names the audience and the Pod", async () => {
  const { token, pod } = await ask();
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  expect(claims.aud).toEqual(["https://gate.example.com"]);
  expect(claims["kubernetes.io"]).toMatchObject({ namespace: ns.name, pod: { name: pod } });
});

it("the Pod runner updates the files of a running Pod when a Secret changes, but not its environment", async () => {
  const note = `changed-${Date.now()}`;
  await cluster.api.merge(ns.path("secrets", "server"), { data: { note: base64(note) } });
  const answer = await eventually("the file to change", async () => {
    const answer = await ask();
    return answer.file === note ? answer : undefined;
  });
  expect(answer.env).not.toBe(note);
  const running = await podsOf("server");
  expect(running.map(({ status }) => status.containerStatuses[0].restartCount)).toEqual([0, 0]);
});

it("the Pod runner rolls out a Deployment whose template changes, and its Service answers all the time", async () => {
  const before = (await podsOf("server")).map(({ metadata }) => metadata.name);
  const asked = new Set<string>();
  let isRolling = true;
  const answers = (async () => {
    const failed: string[] = [];
    while (isRolling)
      await ask().then(
        ({ pod }) => asked.add(pod),
        (error: Error) => failed.push(error.message),
      );
    return failed;
  })();
  await eventually("an answer of an old Pod", () => (asked.size > 0 ? true : undefined));
  await cluster.api.merge(ns.path("apps/v1", "deployments", "server"), {
    spec: { template: { metadata: { annotations: { rolled: String(Date.now()) } } } },
  });
  try {
    await rolledOut();
    await eventually("an answer of a new Pod", () =>
      [...asked].some((pod) => !before.includes(pod)) ? true : undefined,
    );
  } finally {
    isRolling = false;
  }
  expect(await answers).toEqual([]);
  expect([...asked].filter((pod) => before.includes(pod))).not.toEqual([]);
  expect(before).not.toContain((await ask()).pod);
});

it("kubectl logs and kubectl exec reach a container of the Pod runner", async () => {
  const [pod] = await podsOf("server");
  const logs = await cluster.kubectl(["-n", ns.name, "logs", pod.metadata.name]);
  expect({ code: logs.code, stdout: logs.stdout }).toEqual({ code: 0, stdout: "serving\n" });
  const exec = await cluster.kubectl(["-n", ns.name, "exec", pod.metadata.name, "--", "sh", "-c", "echo $POD_NAME"]);
  expect({ code: exec.code, stdout: exec.stdout }, exec.stderr).toEqual({ code: 0, stdout: `${pod.metadata.name}\n` });
});

it("the Pod runner restarts a Job's container until it succeeds", async () => {
  const counter = join(cluster.place.folder, "attempts");
  const fails = `const fs = require("fs"); fs.appendFileSync(${JSON.stringify(counter)}, "x"); process.exit(fs.readFileSync(${JSON.stringify(counter)}, "utf8").length < 3 ? 7 : 0)`;
  await cluster.api.create(ns.path("batch/v1", "jobs"), {
    metadata: { name: "third-time" },
    spec: {
      template: {
        metadata: { labels: { app: "third-time" } },
        spec: { ...ON_POD_RUNNER, restartPolicy: "OnFailure", containers: [{ name: "run", ...node(["-e", fails]) }] },
      },
    },
  });
  await eventually("the Job to complete", async () => {
    const { body } = await cluster.api.get(ns.path("batch/v1", "jobs", "third-time"));
    return body.status?.succeeded === 1 ? true : undefined;
  });
  const [pod] = await podsOf("third-time");
  expect(pod.status).toMatchObject({
    phase: "Succeeded",
    containerStatuses: [{ restartCount: 2, state: { terminated: { exitCode: 0 } } }],
  });
});

it("the Pod runner starts a native sidecar before the containers and ends both with the Pod", async () => {
  const order = join(cluster.place.folder, "order");
  const append = (word: string): KubeObject =>
    node(["-e", `require("fs").appendFileSync(${JSON.stringify(order)}, "${word} "); setInterval(() => {}, 1000)`]);
  const startupProbe = {
    exec: { command: ["test", "-s", order] },
    periodSeconds: 1,
    failureThreshold: Math.ceil(patience(30_000) / 1000),
  };
  const { status, body } = await cluster.api.create(ns.path("pods"), {
    metadata: { name: "with-sidecar" },
    spec: {
      ...ON_POD_RUNNER,
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: "proxy", restartPolicy: "Always", startupProbe, ...append("proxy") }],
      containers: [{ name: "app", ...append("app") }],
    },
  });
  if (status !== 201) throw new Error(body.message);
  const path = ns.path("pods", "with-sidecar");
  await eventually("both to run", async () => {
    const pod = (await cluster.api.get(path)).body;
    const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    return all.length === 2 && all.every(({ state }) => state.running !== undefined) ? true : undefined;
  });
  await cluster.api.delete(path);
  await eventually("the Pod to be deleted", async () =>
    (await cluster.api.get(path)).status === 404 ? true : undefined,
  );
  expect(await readFile(order, "utf8")).toBe("proxy app ");
});

it("the Pod runner runs the Job of a CronJob", async () => {
  await eventually(
    "the CronJob's first Job to succeed",
    async () => {
      const { body } = await cluster.api.get(ns.path("batch/v1", "jobs"));
      const own = body.items.find(({ metadata }: KubeObject) => metadata.name.startsWith("every-minute-"));
      return own?.status?.succeeded === 1 ? true : undefined;
    },
    patience(80_000),
  );
});
