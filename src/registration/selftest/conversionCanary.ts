import { gatePath } from "../../protocol/gateUrl.ts";
import { clientConfigAt, type Endpoint } from "../Endpoint.ts";
import type { MetaOf, RegistrationObject } from "../RegistrationObject.ts";
import {
  conversionCanaryName,
  SELF_TEST_KIND,
  SELF_TEST_PLURAL,
  SELF_TEST_VERSION,
  selfTestGroup,
} from "./selfTestNames.ts";

const STORED_VERSION = "v1";

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
