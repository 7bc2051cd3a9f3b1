import type { Conversion } from "../../policy/define/conversion.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { clientConfigAt, type Endpoint } from "./Endpoint.ts";
import type { MetaOf, RegistrationObject } from "./RegistrationObject.ts";

/** A patch, to be applied server-side, that has a CustomResourceDefinition convert its objects by the gate. The rest of it stays its owner's. */
export function conversionPatch(
  { plural, group }: Conversion,
  cluster: string,
  endpoint: Endpoint | undefined,
  meta: MetaOf,
): RegistrationObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: meta(`${plural}.${group}`),
    spec: {
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
