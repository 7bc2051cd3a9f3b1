import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/, without `scheduling.k8s.io/v1beta1`,
 * `certificates.k8s.io/v1beta1` and `resource.k8s.io/v1beta2`: newer kinds (PodGroup, ClusterTrustBundle, DeviceTaintRule) have
 * been added to them, for a time without another version.
 */
const DEPRECATED: Readonly<Record<string, string>> = {
  "autoscaling/v2beta1": "autoscaling/v2",
  "autoscaling/v2beta2": "autoscaling/v2",
  "batch/v1beta1": "batch/v1",
  "discovery.k8s.io/v1beta1": "discovery.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta2": "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta3": "flowcontrol.apiserver.k8s.io/v1",
  "networking.k8s.io/v1beta1": "networking.k8s.io/v1",
  "node.k8s.io/v1beta1": "node.k8s.io/v1",
  "policy/v1beta1": "policy/v1",
  "resource.k8s.io/v1beta1": "resource.k8s.io/v1",
  "storage.k8s.io/v1beta1": "storage.k8s.io/v1",
};

/** The groups that the gate is asked about. */
const GROUPS = [
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "discovery.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
];

const version = z
  .string()
  .check(
    z.refine(
      (text) => GROUPS.includes(text.split("/")[0] ?? "") && /^[^/]+\/v\d+(?:(?:alpha|beta)\d+)?$/.test(text),
      `is not a version such as batch/v1beta1, of one of the groups ${GROUPS.join(", ")}`,
    ),
  );

/**
 * Denies objects in API versions that Kubernetes removes, so that an upgrade of the cluster breaks no pipeline. The API server itself only
 * warns. It sees the version that the client chose: rules for `apps` and `extensions`, whose old versions are long
 * gone, would be a second call for each Deployment.
 */
export const disallowDeprecatedApis = builtin({
  name: "disallow-deprecated-apis",
  description: "Clients must use API versions that stay",
  match: {
    apiGroups: GROUPS,
    apiVersions: ["*"],
    resources: ["*"],
  },
  params: {
    /** Old API versions, each with the one to use. A list replaces the default. */
    versions: z._default(
      z
        .record(version, z.string().check(z.minLength(1)))
        .check(
          z.refine((versions) => Object.keys(versions).length > 0, "has no version: the policy would deny nothing"),
        ),
      DEPRECATED,
    ),
  },
  validations: (on) => [
    on("", {
      fault: (object, { params }) => Object.hasOwn(params.versions, object.apiVersion ?? ""),
      at: "apiVersion",
      message: (object, { at, params }) =>
        `${at}: Kubernetes removes ${object.apiVersion ?? ""}; use ${params.versions[object.apiVersion ?? ""] ?? ""}`,
    }),
  ],
});
