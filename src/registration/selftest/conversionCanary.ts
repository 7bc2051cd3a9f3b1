import { gatePath } from "../../protocol/gateUrl.ts";
import { clientConfigAt, type Endpoint } from "../render/Endpoint.ts";
import type { MetaOf, RegistrationObject } from "../render/RegistrationObject.ts";

/** What ends the API group of every gate's self-tests of conversions; before it comes the gate's name. */
export const SELF_TEST_GROUP_SUFFIX = ".selftest.postern.dev";
/** The kind of an object whose conversion is a self-test, and what the API calls it. */
export const SELF_TEST_KIND = "SelfTest";
export const SELF_TEST_PLURAL = "selftests";
/** The version that a self-test is created in: not the one that is stored, so that the API server has it converted. */
export const SELF_TEST_VERSION = "v2";
const STORED_VERSION = "v1";

/** The API group of a gate's self-tests of conversions. */
export function selfTestGroup(gate: string): string {
  return `${gate}${SELF_TEST_GROUP_SUFFIX}`;
}

/** The name of a gate's canary for conversions. */
export function conversionCanaryName(gate: string): string {
  return `${SELF_TEST_PLURAL}.${selfTestGroup(gate)}`;
}

/**
 * A CustomResourceDefinition by which a trust bundle is tried on a conversion before it is written to a definition that
 * matters. Its objects cannot be stored: the version that is stored is not served, and the gate converts none.
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
      conversion: {
        strategy: "Webhook",
        webhook: {
          ...(endpoint === undefined ? {} : { clientConfig: clientConfigAt(endpoint, gatePath(cluster, "convert")) }),
          conversionReviewVersions: ["v1", "v1beta1"],
        },
      },
    },
  };
}
