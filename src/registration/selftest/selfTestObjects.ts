import { gatePath } from "../../protocol/gateUrl.ts";
import { clientConfigAt, type Endpoint } from "../Endpoint.ts";
import { OWN_PREFIX } from "../entry/entryFault.ts";
import type { MetaOf, RegistrationObject } from "../RegistrationObject.ts";
import { SELF_TEST_NAMESPACE } from "./selfTestNames.ts";

/** This annotation makes a ConfigMap in the self-test namespace a self-test. The statement repeats its value. */
export const NONCE_ANNOTATION = "postern.dev/nonce";
/** The hash of the trust bundle under test. The statement repeats it. */
export const BUNDLE_HASH_ANNOTATION = "postern.dev/bundle-hash";
/** Media type of the signed statement. With it, no other token signed with the same key can pass for a statement. */
export const STATEMENT_TYPE = "postern-selftest+jwt";

/** The label that names the tool that manages an object (`app.kubernetes.io/managed-by`, recommended labels). */
export const MANAGED_BY: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "postern" };

/**
 * The objects of self-tests: their namespace, in which no Pod can run, and the canary registration. With the canary a
 * trust bundle is tested on one object before it is written to other registrations. The canary is called only when the
 * ConfigMap with the gate's name is created in that namespace. All gates of a cluster share the namespace, so it has no
 * label or annotation of this gate.
 */
export function selfTestObjects(
  gate: string,
  cluster: string,
  endpoint: Endpoint | undefined,
  meta: MetaOf,
): RegistrationObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: SELF_TEST_NAMESPACE,
        labels: { ...MANAGED_BY, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "no-pods", namespace: SELF_TEST_NAMESPACE, labels: MANAGED_BY },
      spec: { hard: { pods: "0" } },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      // The dot keeps it apart from the names of gates, which are DNS labels.
      metadata: meta(`${gate}.canary`),
      webhooks: [
        {
          name: `canary.${gate}.postern.dev`,
          ...(endpoint === undefined ? {} : { clientConfig: clientConfigAt(endpoint, gatePath(cluster, "validate")) }),
          rules: [
            {
              apiGroups: [""],
              apiVersions: ["v1"],
              operations: ["CREATE"],
              resources: ["configmaps"],
              scope: "Namespaced",
            },
          ],
          matchPolicy: "Equivalent",
          objectSelector: {},
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [SELF_TEST_NAMESPACE] }],
          },
          matchConditions: [
            { name: `${OWN_PREFIX}self-test`, expression: `has(request.name) && request.name == '${gate}'` },
          ],
          failurePolicy: "Fail",
          timeoutSeconds: 5,
          sideEffects: "None",
          admissionReviewVersions: ["v1", "v1beta1"],
        },
      ],
    },
  ];
}
