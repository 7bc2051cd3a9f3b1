import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer } from "../cluster/ClusterApi.ts";
import type { ClusterClient } from "../cluster/ClusterClient.ts";
import { sharedCluster } from "../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../cluster/TestNamespace.ts";
import type { GateServer } from "./GateServer.ts";
import { type RegisteredGate, registerGate } from "./registerGate.ts";
import { Started } from "./Started.ts";
import { startNodeGate } from "./startNodeGate.ts";
import { startWorkersEdge } from "./startWorkersEdge.ts";

const GATE = new URL("gates/sizes.ts", import.meta.url).pathname;
const MIB = 1024 * 1024;
const BAD = { "bad-label": "x" };

/** A Pod with one environment variable of `bytes` characters: nothing but the request's own size limits that. */
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

describe.each(runtimes)("$runtime", ({ runtime, start }) => {
  const started = new Started();
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
    registered = await registerGate(cluster, GATE, server, async () => {
      const refused = await ns.createPod("probe", { labels: BAD }, { query: { dryRun: "All" } });
      const changed = await ns.createPod("probe", {}, { query: { dryRun: "All" } });
      return refused.status === 403 && changed.body.metadata?.labels?.["example.com/checked"] === "yes";
    });
  });

  afterAll(async () => {
    await registered?.unregister();
    await started.stop();
  });

  const create = (body: object, dryRun = false): Promise<ApiAnswer> =>
    cluster.api.create(ns.path("pods"), body, dryRun ? { query: { dryRun: "All" } } : {});

  it("3 MiB, as much as the API server takes, by dry run: judged and changed", async () => {
    // The request as a whole is limited to 3 MiB; some of it is not the variable.
    const bytes = 3 * MIB - 1024;
    const allowed = await create(largePod("large", "x", bytes), true);
    expect(allowed.status).toBe(201);
    expect(allowed.body.metadata.labels).toEqual({ "example.com/checked": "yes" });
    const refused = await create(largePod("large", "x", bytes, BAD), true);
    expect(refused.body).toMatchObject({ code: 403, message: expect.stringContaining("forbidden label 'bad-label'") });
  });

  it("a stored object of 1.2 MiB of <, each of which arrives as six bytes", async () => {
    const name = "escaped";
    const bytes = Math.round(1.2 * MIB);
    const created = await create(largePod(name, "<", bytes));
    if (runtime !== "Node") {
      // 7.5 MB for the object alone are more than a Worker is sent: the denial says so.
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

  it("200 concurrent creates, each with its own verdict", async () => {
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
