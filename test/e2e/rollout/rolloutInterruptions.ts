import { expect } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import type { ConcurrentTests } from "../run/concurrentTests.ts";
import { inSeconds } from "../run/inSeconds.ts";
import type { RolloutBed } from "./RolloutBed.ts";

/** Tests of changes by others during a rollout. */
export function rolloutInterruptions(bedOf: () => RolloutBed): ConcurrentTests {
  return {
    "rolls back the canary when its Certificate is deleted and created again": () => recreateCertificate(bedOf()),
    "completes the rollout of a Deployment that is scaled during its canary": () => scaleDuringCanary(bedOf()),
    "completes a rollout next to an invalid rollout state in another namespace and with a requester too long for an Event":
      () => rollNextToForeignState(bedOf()),
  };
}

const canaryOf = (name: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  "postern.dev/rollout": `deployment/${name}`,
  "postern.dev/renewal-policy": "canary",
  "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))),
  ...more,
});

/** Creates a Deployment that is rolled out at revision 1. */
async function startRolledOut(bed: RolloutBed, name: string, replicas: number): Promise<void> {
  await bed.certificates.create(name, { "postern.dev/rollout": `deployment/${name}` });
  await bed.createWorkload(name, name, { replicas });
  await bed.certificates.waitForCondition(name, { status: "True", revision: 1 });
}

const waitForCanary = (bed: RolloutBed, name: string): Promise<true> =>
  eventually("the canary", async () => ((await bed.phase("Deployment", name, 2)) === "canary" ? true : undefined));

async function recreateCertificate(bed: RolloutBed): Promise<void> {
  await startRolledOut(bed, "recreated", 2);
  const before = (await bed.live("Deployment", "recreated")).spec;
  // Nothing listens on this port, so the canary does not pass.
  await bed.certificates.annotate("recreated", canaryOf("recreated", { "postern.dev/probe-port": "1" }));
  await bed.certificates.renew("recreated");
  await waitForCanary(bed, "recreated");
  const path = bed.certificates.path("recreated");
  const { metadata, spec } = (await bed.cluster.api.get(path)).body;
  await bed.cluster.api.delete(path);
  const { status } = await bed.cluster.api.create(bed.ns.path("cert-manager.io/v1", "certificates"), {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "recreated", annotations: metadata.annotations },
    spec,
  });
  expect(status).toBe(201);
  await eventually("the rollout to be rolled back", async () =>
    (await bed.phase("Deployment", "recreated")) === "rolled-back" ? true : undefined,
  );
  const { strategy, minReadySeconds } = (await bed.live("Deployment", "recreated")).spec;
  expect([strategy, minReadySeconds]).toEqual([before.strategy, before.minReadySeconds]);
  expect(new Set((await bed.pods("recreated")).map(({ revision }) => revision))).toEqual(new Set(["1"]));
}

async function scaleDuringCanary(bed: RolloutBed): Promise<void> {
  await startRolledOut(bed, "scaled", 1);
  await bed.certificates.annotate(
    "scaled",
    canaryOf("scaled", { "postern.dev/canary": "2", "postern.dev/probe-port": "1" }),
  );
  await bed.certificates.renew("scaled");
  await waitForCanary(bed, "scaled");
  const { status } = await bed.cluster.api.merge(bed.path("Deployment", "scaled"), { spec: { replicas: 4 } });
  expect(status).toBe(200);
  await bed.certificates.annotate("scaled", { "postern.dev/probe-port": "8443" });
  await bed.certificates.waitForCondition("scaled", { status: "True", revision: 2 });
  expect((await bed.pods("scaled")).map(({ revision }) => revision)).toEqual(["2", "2", "2", "2"]);
}

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

async function rollNextToForeignState(bed: RolloutBed): Promise<void> {
  await startRolledOut(bed, "requested", 1);
  const created = await bed.cluster.api.create(DEPLOYMENTS, {
    metadata: {
      name: "foreign",
      labels: { "postern.dev/rollout-in-progress": "true" },
      annotations: { "postern.dev/rollout-state": "{}" },
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "foreign" } },
      template: {
        metadata: { labels: { app: "foreign" } },
        spec: { containers: [{ name: "foreign", image: "foreign" }] },
      },
    },
  });
  expect(created.status).toBe(201);
  try {
    await rollByHandThenDelete(bed);
  } finally {
    await bed.cluster.api.delete(`${DEPLOYMENTS}/foreign`);
  }
}

async function rollByHandThenDelete(bed: RolloutBed): Promise<void> {
  await bed.certificates.annotate("requested", {
    "postern.dev/rollout-request": "again",
    "postern.dev/rollout-requested-by": "é".repeat(2_000),
  });
  await eventually("the requested rollout to complete", async () => {
    const [pod] = await bed.pods("requested");
    const events = await bed.certificates.events("requested");
    return pod?.revision === "1" && events.length === 4 ? true : undefined;
  });
  expect(await bed.certificates.events("requested")).toEqual([
    "RolloutStarted",
    "RolledOut",
    "RolloutStarted",
    "RolledOut",
  ]);
  // The Certificate is deleted during a canary. The controller finds the orphaned rollout, although the invalid one is
  // listed first.
  await bed.certificates.annotate("requested", canaryOf("requested", { "postern.dev/probe-port": "1" }));
  await bed.certificates.renew("requested");
  await waitForCanary(bed, "requested");
  await bed.cluster.api.delete(bed.certificates.path("requested"));
  await eventually("the rollout to be rolled back", async () =>
    (await bed.phase("Deployment", "requested")) === "rolled-back" ? true : undefined,
  );
}
