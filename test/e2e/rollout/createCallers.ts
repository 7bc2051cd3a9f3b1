import type { RolloutBed } from "./RolloutBed.ts";

const RBAC = "rbac.authorization.k8s.io/v1";

/** Tokens of two ServiceAccounts for calls to the controller. */
export interface CallerTokens {
  /** Of a ServiceAccount that may update the Certificates. */
  readonly withRights: string;
  /** Of a ServiceAccount without rights. */
  readonly withoutRights: string;
  /** Of the ServiceAccount with rights, for another audience. */
  readonly otherAudience: string;
}

/** Creates two ServiceAccounts, one of which may update `certificates`. Resolves to their tokens. */
export async function createCallers(bed: RolloutBed, certificates: readonly string[]): Promise<CallerTokens> {
  const { api } = bed.cluster;
  for (const name of ["may", "may-not"]) await api.create(bed.ns.path("serviceaccounts"), { metadata: { name } });
  await api.create(bed.ns.path(RBAC, "roles"), {
    metadata: { name: "may" },
    rules: [
      {
        apiGroups: ["cert-manager.io"],
        resources: ["certificates"],
        resourceNames: certificates,
        verbs: ["update"],
      },
    ],
  });
  await api.create(bed.ns.path(RBAC, "rolebindings"), {
    metadata: { name: "may" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "may" },
    subjects: [{ kind: "ServiceAccount", name: "may", namespace: bed.ns.name }],
  });
  return {
    withRights: await tokenOf(bed, "may"),
    withoutRights: await tokenOf(bed, "may-not"),
    otherAudience: await tokenOf(bed, "may", ["somebody-else"]),
  };
}

async function tokenOf(bed: RolloutBed, name: string, audiences?: readonly string[]): Promise<string> {
  const spec = { expirationSeconds: 3600, ...(audiences === undefined ? {} : { audiences }) };
  const { status, body } = await bed.cluster.api.create(bed.ns.path("serviceaccounts", name, "token"), { spec });
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}
