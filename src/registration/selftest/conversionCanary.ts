import { gatePath } from "../../protocol/gateUrl.ts";
import { clientConfigAt, type Endpoint } from "../render/Endpoint.ts";
import type { MetaOf, RegistrationObject } from "../render/RegistrationObject.ts";

/** Suffix of the API group of conversion self-tests. The name of the gate stands before it. */
export const SELF_TEST_GROUP_SUFFIX = ".selftest.postern.dev";
/** Kind and plural of the objects whose conversion is a self-test. */
export const SELF_TEST_KIND = "SelfTest";
export const SELF_TEST_PLURAL = "selftests";
/** The version in which a self-test is created. It is not the stored version, so the API server asks for a conversion. */
export const SELF_TEST_VERSION = "v2";
const STORED_VERSION = "v1";

/** The API group of a gate's conversion self-tests. */
export function selfTestGroup(gate: string): string {
  return `${gate}${SELF_TEST_GROUP_SUFFIX}`;
}

/** The name of a gate's conversion canary. */
export function conversionCanaryName(gate: string): string {
  return `${SELF_TEST_PLURAL}.${selfTestGroup(gate)}`;
}

/**
 * The conversion canary: a CustomResourceDefinition with which a trust bundle is tested on a conversion before it is
 * written to other definitions. Its objects cannot be stored: the stored version is not served, and the gate fails every
 * conversion of them.
 */
export function conversionCanary(
  gate: string,
  cluster: string,
  endpoint: Endpoint | undefined,
  meta: MetaOf,
): RegistrationObject {
  const schema = { openAPIV3Schema: { type: "object", description: "A self-test of a gate: never stored." } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: meta(conversionCanaryName(gate)),
    spec: {
      group: selfTestGroup(gate),
      names: {
        kind: SELF_TEST_KIND,
        listKind: `${SELF_TEST_KIND}List`,
        plural: SELF_TEST_PLURAL,
        singular: SELF_TEST_KIND.toLowerCase(),
      },
      scope: "Namespaced",
      versions: [
        { name: STORED_VERSION, served: false, storage: true, schema },
        { name: SELF_TEST_VERSION, served: true, storage: false, schema },
      ],
      conversion: webhookConversion(cluster, endpoint),
    },
  };
}

/** The `spec.conversion` of a CustomResourceDefinition whose objects the gate converts. */
export function webhookConversion(cluster: string, endpoint: Endpoint | undefined): object {
  return {
    strategy: "Webhook",
    webhook: {
      ...(endpoint === undefined ? {} : { clientConfig: clientConfigAt(endpoint, gatePath(cluster, "convert")) }),
      conversionReviewVersions: ["v1", "v1beta1"],
    },
  };
}
