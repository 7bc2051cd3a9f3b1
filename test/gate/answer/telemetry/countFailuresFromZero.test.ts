import { expect, it } from "vitest";
import { countFailuresFromZero } from "../../../../src/gate/answer/telemetry/countFailuresFromZero.ts";
import { defineGate, deny, policy } from "../../../../src/index.ts";
import { MeteredGate } from "../../../../src/telemetry/metrics/MeteredGate.ts";
import { SeriesMeter } from "../../../../src/telemetry/metrics/SeriesMeter.ts";

it("countFailuresFromZero begins a series for each policy in each mode", () => {
  const match = { resources: ["pods"] };
  const names = ["images", "labels"];
  const policies = names.map((name) => policy({ name, match, validate: () => deny("no") }));
  const meter = new SeriesMeter();
  countFailuresFromZero(defineGate({ policies, clusters: { local: { identity: "none" } } }), new MeteredGate(meter));
  const points = meter.collect().flatMap((it) => (it.kind === "sum" ? it.points : []));
  const failed = { "postern.result": "failed" };
  expect(points).toEqual(
    names.flatMap((name) =>
      ["enforce", "warn", "audit"].map((mode) => ({
        labels: { "postern.policy": name, "postern.mode": mode, ...failed },
        value: 0,
      })),
    ),
  );
});
