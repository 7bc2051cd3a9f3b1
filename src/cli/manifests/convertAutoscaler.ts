import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** Annotations in which v1 keeps what only v2 has. The API server reads and removes them (`annotations.go`, pkg/apis/autoscaling). */
const PREFIX = "autoscaling.alpha.kubernetes.io/";
const ROUND_TRIP = [
  "metrics",
  "current-metrics",
  "conditions",
  "behavior",
  "scale-down-tolerance",
  "scale-up-tolerance",
];

/**
 * Converts a HorizontalPodAutoscaler from autoscaling/v1 to autoscaling/v2 as the API server does
 * (`Convert_v1_HorizontalPodAutoscaler_To_autoscaling_HorizontalPodAutoscaler`, k8s.io/kubernetes), without its defaults.
 * The status is left out. Fields of other types than the API's are kept as they are: the API server refuses them.
 */
export function convertAutoscaler(object: JsonObject): JsonObject {
  const { spec, status: _status, metadata, ...rest } = object;
  const { targetCPUUtilizationPercentage: target, ...kept } = isJsonObject(spec) ? spec : {};
  const { annotations, ...others } = isJsonObject(metadata) ? metadata : {};
  const given = isJsonObject(annotations) ? annotations : {};
  const cpu = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: target } },
  };
  const listed = parsed(given[`${PREFIX}metrics`]);
  const metrics = [
    ...(Array.isArray(listed) ? listed.filter(isJsonObject).map(convertMetric) : []),
    ...(target === undefined || target === null ? [] : [cpu]),
  ];
  const behavior = lowerFirst(parsed(given[`${PREFIX}behavior`]));
  const left = Object.entries(given).filter(([key]) => !ROUND_TRIP.some((name) => key === `${PREFIX}${name}`));
  return {
    ...rest,
    apiVersion: "autoscaling/v2",
    metadata: { ...others, ...(left.length === 0 ? {} : { annotations: Object.fromEntries(left) }) },
    spec: {
      ...kept,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(isJsonObject(behavior) && Object.keys(behavior).length > 0 ? { behavior } : {}),
    },
  };
}

/** A metric in the form of v1, which has the parts of the target beside those of the source, in the form of v2. */
function convertMetric({ type, resource, containerResource, pods, object, external }: JsonObject): JsonObject {
  const source = (given: unknown, convert: (given: JsonObject) => object): object | undefined =>
    isJsonObject(given) ? convert(given) : undefined;
  const ofResource = (given: JsonObject) => {
    const { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue, ...named } = given;
    return {
      ...named,
      target: {
        type: averageUtilization === undefined ? "AverageValue" : "Utilization",
        averageUtilization,
        averageValue,
      },
    };
  };
  return withoutUndefined({
    type,
    resource: source(resource, ofResource),
    containerResource: source(containerResource, ofResource),
    pods: source(pods, ({ metricName: name, selector, targetAverageValue: averageValue }) => ({
      metric: { name, selector },
      target: { type: "AverageValue", averageValue },
    })),
    object: source(object, ({ metricName: name, selector, target: describedObject, targetValue, averageValue }) => ({
      describedObject,
      metric: { name, selector },
      target:
        averageValue === undefined ? { type: "Value", value: targetValue } : { type: "AverageValue", averageValue },
    })),
    external: source(
      external,
      ({ metricName: name, metricSelector: selector, targetValue: value, targetAverageValue: averageValue }) => ({
        metric: { name, selector },
        target: { type: value === undefined ? "AverageValue" : "Value", value, averageValue },
      }),
    ),
  });
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    // The API server ignores such an annotation.
    return undefined;
  }
}

/** The annotation for the behaviour has the names of Go's fields, such as `ScaleDown`. */
function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [`${key.charAt(0).toLowerCase()}${key.slice(1)}`, lowerFirst(member)]),
  );
}

function withoutUndefined(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, isJsonObject(member) ? withoutUndefined(member) : member]),
  );
}
