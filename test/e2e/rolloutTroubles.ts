import { expect } from "vitest";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { inSeconds } from "./inSeconds.ts";
import type { RolloutBed } from "./RolloutBed.ts";
import type { SideBySide } from "./sideBySide.ts";

/** What else happens in a cluster in the middle of a rollout. */
export function rolloutTroubles(bedOf: () => RolloutBed): SideBySide {
  return {
    "a Certificate that is made anew in the middle of a canary leaves nothing hanging": () => madeAnew(bedOf()),
    "a Deployment that is scaled in the middle of its canary is rolled": () => scaledMidway(bedOf()),
    "a foreign state in another namespace, and words that are too long for an Event, hold up no rollout": () =>
      foreignState(bedOf()),
  };
}

const canaryOf = (name: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  "postern.dev/rollout": `deployment/${name}`,
  "postern.dev/renewal-policy": "canary",
  "postern.dev/timeout-seconds": String(inSeconds(patience(40_000))),
  ...more,
});

/** A Deployment that was rolled at revision 1. */
async function rolled(bed: RolloutBed, name: string, replicas: number): Promise<void> {
  await bed.certificate(name, { "postern.dev/rollout": `deployment/${name}` });
  await bed.workload(name, name, { replicas });
  await bed.condition(name, "True", 1);
}

const inCanary = (bed: RolloutBed, name: string): Promise<true> =>
  eventually("the canary", async () => ((await bed.phase("Deployment", name, 2)) === "canary" ? true : undefined));

async function madeAnew(bed: RolloutBed): Promise<void> {
  await rolled(bed, "anew", 2);
  const before = (await bed.live("Deployment", "anew")).spec;
  // Where nothing listens: it does not pass.
  await bed.annotate("anew", canaryOf("anew", { "postern.dev/probe-port": "1" }));
  await bed.renew("anew");
  await inCanary(bed, "anew");
  const path = bed.ns.path("cert-manager.io/v1", "certificates", "anew");
  const { metadata, spec } = (await bed.cluster.api.get(path)).body;
  await bed.cluster.api.delete(path);
  const { status } = await bed.cluster.api.create(bed.ns.path("cert-manager.io/v1", "certificates"), {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "anew", annotations: metadata.annotations },
    spec,
  });
  expect(status).toBe(201);
  await eventually("it to go back", async () =>
    (await bed.phase("Deployment", "anew")) === "rolled-back" ? true : undefined,
  );
  const { strategy, minReadySeconds } = (await bed.live("Deployment", "anew")).spec;
  expect([strategy, minReadySeconds]).toEqual([before.strategy, before.minReadySeconds]);
  expect(new Set((await bed.pods("anew")).map(({ revision }) => revision))).toEqual(new Set(["1"]));
}

async function scaledMidway(bed: RolloutBed): Promise<void> {
  await rolled(bed, "scaled", 1);
  await bed.annotate("scaled", canaryOf("scaled", { "postern.dev/canary": "2", "postern.dev/probe-port": "1" }));
  await bed.renew("scaled");
  await inCanary(bed, "scaled");
  const { status } = await bed.cluster.api.merge(bed.path("Deployment", "scaled"), { spec: { replicas: 4 } });
  expect(status).toBe(200);
  await bed.annotate("scaled", { "postern.dev/probe-port": "8443" });
  await bed.condition("scaled", "True", 2);
  expect((await bed.pods("scaled")).map(({ revision }) => revision)).toEqual(["2", "2", "2", "2"]);
}

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

async function foreignState(bed: RolloutBed): Promise<void> {
  await rolled(bed, "told", 1);
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
    await toldBeside(bed);
  } finally {
    await bed.cluster.api.delete(`${DEPLOYMENTS}/foreign`);
  }
}

async function toldBeside(bed: RolloutBed): Promise<void> {
  await bed.annotate("told", {
    "postern.dev/rollout-request": "again",
    "postern.dev/rollout-requested-by": "é".repeat(2_000),
  });
  await eventually("it to be rolled by hand", async () => {
    const [pod] = await bed.pods("told");
    const events = await bed.events("told");
    return pod?.revision === "1" && events.length === 4 ? true : undefined;
  });
  expect(await bed.events("told")).toEqual(["RolloutStarted", "RolledOut", "RolloutStarted", "RolledOut"]);
  // Its Certificate goes in the middle of a canary: it is found, though the foreign one is listed first.
  await bed.annotate("told", canaryOf("told", { "postern.dev/probe-port": "1" }));
  await bed.renew("told");
  await inCanary(bed, "told");
  await bed.cluster.api.delete(bed.ns.path("cert-manager.io/v1", "certificates", "told"));
  await eventually("it to go back", async () =>
    (await bed.phase("Deployment", "told")) === "rolled-back" ? true : undefined,
  );
}
