import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../../cluster/TestNamespace.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/sizes.ts", import.meta.url).pathname;
const MIB = 1024 * 1024;
const BAD = { "bad-label": "x" };

/** A Pod with one environment variable of `bytes` characters. Only the size of the request limits such a variable. */
const largePod = (name: string, fill: string, bytes: number, labels = {}): object =>
  podOf(name, {
    labels,
    spec: {
      containers: [
        { name: "app", image: "registry.example.com/app:1", env: [{ name: "LARGE", value: fill.repeat(bytes) }] },
      ],
    },
  });

const runtimes = [
  { runtime: "Node", start: startNodeGate },
  { runtime: "Workers behind caddy", start: startWorkersEdge },
];

describe.each(runtimes)("a gate on $runtime", ({ runtime, start }) => {
  const started = new StartedResources();
  let cluster: ClusterClient;
  let server: GateServer;
  let ns: TestNamespace;
  let registered: RegisteredGate;

  beforeAll(async () => {
    cluster = await started.add(sharedCluster(), (it) => it.close());
    [server, ns] = await Promise.all([
      started.add(start(GATE), (it) => it.stop()),
      TestNamespace.create(cluster, "sizes"),
    ]);
    const isCalled = async (): Promise<boolean> => {
      const denied = await ns.createPod("probe", { labels: BAD }, { query: { dryRun: "All" } });
      const changed = await ns.createPod("probe", {}, { query: { dryRun: "All" } });
      return denied.status === 403 && changed.body.metadata?.labels?.["example.com/checked"] === "yes";
    };
    registered = await registerGate({ cluster, gate: GATE, server, isCalled });
  });

  afterAll(async () => {
    await registered?.unregister();
    await started.stop();
  });

  const create = (body: object, dryRun = false): Promise<ApiAnswer> =>
    cluster.api.create(ns.path("pods"), body, dryRun ? { query: { dryRun: "All" } } : {});

  it("judges and mutates a request of 3 MiB, the limit of the API server", async () => {
    // The limit of 3 MiB is for the whole request, of which the variable is a part.
    const bytes = 3 * MIB - 1024;
    const allowed = await create(largePod("large", "x", bytes), true);
    expect(allowed.status).toBe(201);
    expect(allowed.body.metadata.labels).toEqual({ "example.com/checked": "yes" });
    const denied = await create(largePod("large", "x", bytes, BAD), true);
    expect(denied.body).toMatchObject({
      code: 403,
      message: expect.stringMatching(/ denied the request: deny-labels: Pod contains forbidden label 'bad-label'$/),
    });
  });

  it("judges an object of 1.2 MiB of escaped characters on Node and denies it as too large on Workers", async () => {
    const name = "escaped";
    const bytes = Math.round(1.2 * MIB);
    const created = await create(largePod(name, "<", bytes));
    if (runtime !== "Node") {
      // Each < arrives as six bytes. The object alone has 7.5 MB, which is more than the limit on Workers.
      expect(created.body).toMatchObject({ code: 413, message: expect.stringMatching(/too large|7 MiB|bytes/) });
      return;
    }
    expect(created.status).toBe(201);
    const labels = (add: object): Promise<ApiAnswer> =>
      cluster.api.merge(ns.path("pods", name), { metadata: { labels: add } });
    expect((await labels({ updated: "yes" })).body.metadata.labels).toEqual({
      "example.com/checked": "yes",
      updated: "yes",
    });
    expect((await labels(BAD)).status).toBe(403);
  });

  it("answers each of 200 concurrent creates with the right verdict", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        create(podOf(`crowd-${index}`, { labels: index % 2 === 0 ? {} : BAD }), true),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index % 2 === 0 ? 201 : 403)));
    for (const { status, body } of answers)
      if (status === 201) expect(body.metadata.labels).toEqual({ "example.com/checked": "yes" });
  });
});
