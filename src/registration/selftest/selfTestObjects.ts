import { gatePath } from "../../protocol/gateUrl.ts";
import { SELF_TEST_NAMESPACE } from "../conditions/guardConditions.ts";
import { clientConfigAt, type Endpoint } from "../render/Endpoint.ts";
import { OWN_PREFIX } from "../render/entryFault.ts";
import type { MetaOf, RegistrationObject } from "../render/RegistrationObject.ts";

/** What makes a ConfigMap in the self-test's namespace a self-test. Its value comes back in the statement. */
export const NONCE_ANNOTATION = "postern.dev/nonce";
/** The hash of the trust bundle under test; it comes back too. */
export const BUNDLE_HASH_ANNOTATION = "postern.dev/bundle-hash";
/** Media type of the signed statement, so that it can never pass for another token signed with the same key. */
export const STATEMENT_TYPE = "postern-selftest+jwt";

/** The label by which tools tell who keeps an object (`app.kubernetes.io/managed-by`, recommended labels). */
export const MANAGED_BY: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "postern" };

/**
 * What a self-test needs: its namespace, in which no Pod may run, and the canary registration, by which a trust bundle
 * is tried on one object before it is written to a registration that matters. The canary is called for creating the
 * ConfigMap of the gate's name in that namespace, and for nothing else. The namespace is the same for all gates of a
 * cluster, and so carries nothing of this one.
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
      // No gate can be called so: its name is a DNS label.
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
