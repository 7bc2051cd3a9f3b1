import { expect, it } from "vitest";
import { convertAutoscaler } from "../../../src/cli/manifests/convertAutoscaler.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";

const PREFIX = "autoscaling.alpha.kubernetes.io/";
const cpu = (averageUtilization: unknown) => ({
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
});
const convert = (spec: JsonObject, annotations?: JsonObject): JsonObject =>
  convertAutoscaler({
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "a", ...(annotations === undefined ? {} : { annotations }) },
    spec,
    status: { currentReplicas: 1 },
  });

it("convertAutoscaler keeps the metadata and the other fields of the spec, and leaves out the status", () => {
  expect(convert({ minReplicas: 1, maxReplicas: 9, targetCPUUtilizationPercentage: 10 }, { kept: "yes" })).toEqual({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "a", annotations: { kept: "yes" } },
    spec: { minReplicas: 1, maxReplicas: 9, metrics: [cpu(10)] },
  });
});

// A suite in test/e2e compares such conversions with those of an API server.
it.each<[what: string, spec: JsonObject, metrics: object[] | undefined, converted: object[] | undefined]>([
  ["no target", {}, undefined, undefined],
  ["a target for CPU", { targetCPUUtilizationPercentage: 0 }, undefined, [cpu(0)]],
  [
    "metrics before the target for CPU",
    { targetCPUUtilizationPercentage: 50 },
    [{ type: "Resource", resource: { name: "memory", targetAverageValue: "1Gi" } }],
    [
      { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
      cpu(50),
    ],
  ],
  [
    "the utilization of a container",
    {},
    [
      {
        type: "ContainerResource",
        containerResource: { name: "cpu", container: "app", targetAverageUtilization: 20 },
      },
    ],
    [
      {
        type: "ContainerResource",
        containerResource: { name: "cpu", container: "app", target: { type: "Utilization", averageUtilization: 20 } },
      },
    ],
  ],
  [
    "a metric of Pods",
    {},
    [{ type: "Pods", pods: { metricName: "rps", targetAverageValue: "10" } }],
    [{ type: "Pods", pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "10" } } }],
  ],
  [
    "a metric of an object",
    {},
    [{ type: "Object", object: { metricName: "rps", target: { kind: "Service", name: "web" }, targetValue: "5" } }],
    [
      {
        type: "Object",
        object: {
          metric: { name: "rps" },
          describedObject: { kind: "Service", name: "web" },
          target: { type: "Value", value: "5" },
        },
      },
    ],
  ],
  [
    "an external metric",
    {},
    [{ type: "External", external: { metricName: "queue", targetAverageValue: "3" } }],
    [
      {
        type: "External",
        external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "3" } },
      },
    ],
  ],
])("convertAutoscaler converts %s", (_what, spec, metrics, converted) => {
  const annotations = metrics === undefined ? undefined : { [`${PREFIX}metrics`]: JSON.stringify(metrics) };
  const { spec: found, metadata } = convert(spec, annotations);
  expect(found).toEqual(converted === undefined ? {} : { metrics: converted });
  expect(metadata).toEqual({ name: "a" });
});

it("convertAutoscaler reads the behaviour, and ignores annotations that are not JSON", () => {
  const behavior =
    '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"Policies":[{"Type":"Pods","Value":4}]}}';
  const { spec } = convert({}, { [`${PREFIX}behavior`]: behavior, [`${PREFIX}metrics`]: "[" });
  expect(spec).toEqual({
    behavior: { scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: "Pods", value: 4 }] } },
  });
});
