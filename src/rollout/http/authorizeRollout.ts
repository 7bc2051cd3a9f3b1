import * as z from "zod/mini";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { RolloutCallError } from "./RolloutCallError.ts";

const reviewed = z.looseObject({
  status: z.looseObject({
    authenticated: z.optional(z.boolean()),
    user: z.optional(
      z.looseObject({
        // Nothing, where nobody is authenticated.
        username: z.optional(z.string()),
        uid: z.optional(z.string()),
        groups: z.optional(z.array(z.string())),
        extra: z.optional(z.record(z.string(), z.array(z.string()))),
      }),
    ),
  }),
});
const allowed = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/** RFC 6750, section 2.1; a bound token of a ServiceAccount has 1 to 2 KB. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

/**
 * Who asks, by the API server's own word (TokenReview), and whether they may change the Certificate (SubjectAccessReview:
 * `update` of it): a rollout by hand gives nobody more than an annotation on it would. Resolves to the user's name. Throws
 * {@link RolloutCallError}. The token goes to the API server, and nowhere else.
 */
export async function authorizeRollout(
  api: KubernetesApi,
  authorization: string | undefined,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const token = BEARER.exec(authorization ?? "")?.[1];
  if (token === undefined)
    throw new RolloutCallError(
      "unauthenticated",
      "expected the header Authorization: Bearer TOKEN, of a Kubernetes user (kubectl create token NAME)",
    );
  const { user, authenticated } = await review(api, "authentication.k8s.io/v1", "TokenReview", { token }, reviewed);
  if (authenticated !== true || user?.username === undefined || user.username === "")
    throw new RolloutCallError("unauthenticated", "the API server does not know this token, or it has run out");
  const { username, uid, groups, extra } = user;
  const spec = {
    user: username,
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
    resourceAttributes: { group: "cert-manager.io", resource: "certificates", verb: "update", namespace, name },
  };
  const answer = await review(api, "authorization.k8s.io/v1", "SubjectAccessReview", spec, allowed);
  if (answer.allowed) return username;
  throw new RolloutCallError(
    "forbidden",
    `${username} may not update the Certificate ${namespace}/${name}, which a rollout by hand takes`,
  );
}

async function review<T>(
  api: KubernetesApi,
  apiVersion: string,
  kind: "TokenReview" | "SubjectAccessReview",
  spec: object,
  schema: z.ZodMiniType<{ status: T }>,
): Promise<T> {
  const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
  const answer = await api({ method: "POST", path, body: { apiVersion, kind, spec } }).catch(
    (error: unknown): never => {
      throw new RolloutCallError("cluster-unavailable", "the API server cannot be asked who you are", error);
    },
  );
  const parsed = answer.status === 201 && answer.body.kind === kind ? schema.safeParse(answer.body) : undefined;
  if (parsed?.success !== true)
    throw new RolloutCallError(
      "cluster-unavailable",
      `the API server does not say who you are: ${kind}: ${statusMessage(answer)}`,
    );
  return parsed.data.status;
}
