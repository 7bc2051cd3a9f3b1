import { conversion, type HubConverter } from "../../../src/policy/define/conversion.ts";
import type { KubernetesObject } from "../../../src/policy/define/ResourceTypes.ts";
import { runConversion } from "../../../src/policy/run/runConversion.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { ConversionOutcome } from "../../../src/protocol/review/ConversionReview.ts";
import { deepFreeze, frozenReview, testRun } from "../policyRun.ts";

const move = (from: string, to: string) => (object: KubernetesObject) => {
  const spec = { ...Object(object.spec) };
  spec[to] = spec[from];
  delete spec[from];
  return { ...object, spec };
};

/** A conversion: v1 has spec.host, v1beta1 has spec.hostname, v1alpha1 has spec.address. */
export function gateways(v1beta1: Partial<HubConverter> = {}) {
  const one = conversion({
    group: "example.com",
    kind: "Gateway",
    versions: ["v1", "v1beta1", "v1alpha1"],
    hub: "v1",
    convert: {
      v1beta1: { toHub: move("hostname", "host"), fromHub: move("host", "hostname"), ...v1beta1 },
      v1alpha1: { toHub: move("address", "host"), fromHub: move("host", "address") },
    },
  });
  return new Map([["example.com/Gateway", one]]);
}

/** The metadata of each object. */
export const metadata = {
  name: "a",
  namespace: "n",
  uid: "u",
  labels: { l: "1" },
  annotations: { a: "1" },
  generation: 3,
  managedFields: [{ manager: "m" }],
};
/** An object of that conversion. */
export const gateway = (version: string, spec: object, changes: object = {}) => ({
  apiVersion: `example.com/${version}`,
  kind: "Gateway",
  metadata,
  spec,
  ...changes,
});

/** The outcome of a conversion to `example.com/VERSION`, and what was logged as errors. The objects are frozen. */
export function convert(
  objects: readonly object[],
  version: string,
  conversions = gateways(),
): { outcome: ConversionOutcome; logged: unknown[] } {
  const { log } = testRun(frozenReview("validate-v1-create-pods-1"));
  const review = {
    version: "v1",
    uid: "r",
    desiredApiVersion: version,
    objects: deepFreeze(objects) as readonly JsonObject[],
  } as const;
  return { outcome: runConversion(review, conversions, log), logged: log.error.mock.calls };
}
