import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { operationCases, TEAM } from "./operationCases.ts";

const GATE = new URL("../gates/operations.ts", import.meta.url).pathname;
const WEBHOOK = "all.validate.operations.postern.dev";
const DENIED = `admission webhook "${WEBHOOK}" denied the request: `;

const runtimes = [
  { runtime: "on Workers behind caddy", start: startWorkersEdge, versions: ["v1", "v1beta1"] },
  { runtime: "on Node", start: startNodeGate, versions: ["v1"] },
  { runtime: "on Node, registered only for v1beta1", start: startNodeGate, versions: ["v1beta1"] },
];

describe.each(runtimes)("a gate $runtime", ({ start, versions }) => {
  const started = new StartedResources();
  let cluster: ClusterClient;
  let server: GateServer;
  let ns: TestNamespace;
  let registered: RegisteredGate;

  beforeAll(async () => {
    cluster = await started.add(sharedCluster(), (it) => it.close());
    [server, ns] = await Promise.all([
      started.add(start(GATE), (it) => it.stop()),
      TestNamespace.create(cluster, "operations"),
    ]);
    const isCalled = async (): Promise<boolean> => {
      const { body } = await ns.createPod("probe", { labels: { "bad-label": "x" } }, { query: { dryRun: "All" } });
      // The label shows that the last webhook is in force too.
      const pod = await ns.createPod("probe", TEAM, { query: { dryRun: "All" } });
      return body.message?.includes("bad-label") && pod.body.metadata?.labels?.["example.com/late"] === "yes";
    };
    const forVersions = (object: KubeObject): KubeObject => {
      for (const webhook of object.webhooks ?? []) webhook.admissionReviewVersions = versions;
      return object;
    };
    registered = await registerGate({ cluster, gate: GATE, server, isCalled, change: forVersions });
  });

  afterAll(async () => {
    await registered?.unregister();
    await started.stop();
  });

  it.each(operationCases)("$name", async ({ send, status, message, reason, warnings }) => {
    const answer = await send(ns);
    expect({ status: answer.status, message: answer.body.message }).toEqual({
      status,
      message: message === undefined ? undefined : DENIED + message,
    });
    if (message !== undefined) expect(answer.body).toMatchObject({ kind: "Status", code: status });
    if (reason !== undefined) expect(answer.body.reason).toBe(reason);
    if (warnings !== undefined) expect(answer.warnings).toEqual(warnings);
  });

  it("answers kubectl apply so that it prints the warning and the denial", async () => {
    const pods = [
      podOf("one", { ...TEAM, image: "docker.io/app:1" }),
      podOf("two", { labels: { "bad-label": "x", ...TEAM.labels } }),
    ];
    const list = { apiVersion: "v1", kind: "List", items: pods };
    const { code, stdout, stderr } = await cluster.kubectl(["apply", "-n", ns.name, "-f", "-"], JSON.stringify(list));
    expect(stdout).toBe("pod/one created\n");
    expect(stderr).toContain("Warning: registry: spec.containers[0].image is from elsewhere: ünïcödé 🚪\n");
    expect(stderr).toContain(
      `Error from server (Forbidden): error when creating "STDIN": ${DENIED}deny-labels: Pod contains forbidden label 'bad-label'\n`,
    );
    expect(code).toBe(1);
  });

  it("mutates a Pod in a dry run, and the API server stores nothing", async () => {
    const { body } = await ns.createPod("dry", TEAM, { query: { dryRun: "All" } });
    expect(body.metadata.labels).toMatchObject({ "example.com/checked": "yes", "example.com/late": "yes" });
    expect(body.spec.initContainers).toMatchObject([{ name: "proxy", restartPolicy: "Always" }]);
    expect((await cluster.api.get(ns.path("pods", "dry"))).status).toBe(404);
  });

  it("injects a sidecar into a Pod, which is scheduled and runs on a node", async () => {
    expect((await ns.createPod("runs", TEAM)).status).toBe(201);
    const pod = await eventually("the Pod to run", async () => {
      const { body } = await cluster.api.get(ns.path("pods", "runs"));
      return body.status?.phase === "Running" ? body : undefined;
    });
    expect(pod.spec.nodeName).toBe("crowd-1");
    expect(pod.metadata.labels).toMatchObject({ "example.com/checked": "yes", "example.com/late": "yes" });
    expect(pod.status.initContainerStatuses).toMatchObject([{ name: "proxy", ready: true }]);
    expect(pod.status.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
  });

  it("adds audit annotations of allowed and denied requests to the audit log under the name of the webhook", async () => {
    expect((await ns.createPod("audited", TEAM)).body).toMatchObject({ kind: "Pod" });
    await ns.createPod("refused", { labels: { "bad-label": "x", ...TEAM.labels } });
    const annotationsOf = (name: string): Promise<KubeObject> =>
      eventually(`audit event of ${name}`, async () => (await cluster.creationEvent(name, ns.name))?.annotations);
    expect(await annotationsOf("audited")).toMatchObject({ [`${WEBHOOK}/team-label.team`]: "blue" });
    expect(await annotationsOf("refused")).toMatchObject({ [`${WEBHOOK}/denied-by`]: "deny-labels" });
  });

  it("changes nothing when it is reinvoked after a later mutator", async () => {
    const { body } = await ns.createPod("reinvoked", TEAM);
    expect(body.spec.initContainers.map(({ name }: KubeObject) => name)).toEqual(["proxy"]);
    const event = await eventually("audit event of reinvoked", () => cluster.creationEvent("reinvoked", ns.name));
    const rounds = Object.entries<string>(event.annotations)
      .filter(([key]) => key.startsWith("mutation.webhook.admission.k8s.io/round_"))
      .map(([key, value]) => ({ round: /round_(\d)/.exec(key)?.[1], ...JSON.parse(value) }))
      .map(({ round, webhook, mutated }) => `${round} ${webhook} ${mutated}`);
    expect(rounds).toEqual([
      "0 all.mutate.operations.postern.dev true",
      "0 late.mutate.operations.postern.dev true",
      "1 all.mutate.operations.postern.dev false",
      "1 late.mutate.operations.postern.dev false",
    ]);
  });
});
