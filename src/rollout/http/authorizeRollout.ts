import * as z from "zod/mini";
import { type KubernetesApi, statusMessage } from "../../kubernetes/KubernetesApi.ts";
import { RolloutCallError } from "./RolloutCallError.ts";

interface Review<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: z.ZodMiniType<{ status: T }>;
}

const authenticated = z.looseObject({
  status: z.looseObject({
    authenticated: z.optional(z.boolean()),
    user: z.optional(
      z.looseObject({
        // Absent when the token is not valid.
        username: z.optional(z.string()),
        uid: z.optional(z.string()),
        groups: z.optional(z.array(z.string())),
        extra: z.optional(z.record(z.string(), z.array(z.string()))),
      }),
    ),
  }),
});
const allowed = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

const TOKEN_REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", schema: authenticated };
const ACCESS_REVIEW = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", schema: allowed };

/** RFC 6750, section 2.1. A bound token of a ServiceAccount has 1 to 2 KB. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

/** Reads the token of the header `Authorization`. Throws {@link RolloutCallError} `unauthenticated`. */
export function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? "")?.[1];
  if (token !== undefined) return token;
  throw new RolloutCallError(
    "unauthenticated",
    "expected the header Authorization: Bearer TOKEN, with the token of a Kubernetes user (kubectl create token NAME)",
  );
}

/**
 * Authenticates the caller (TokenReview) and checks that they may `update` the Certificate (SubjectAccessReview). A manual
 * rollout needs no more than the annotation that it writes. Resolves to the user's name. Throws {@link RolloutCallError}
 * `unauthenticated`, `forbidden` or `cluster-unavailable`. The token is sent to the API server only.
 */
export async function authorizeRollout(
  api: KubernetesApi,
  token: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { user, authenticated: isKnown } = await review(api, TOKEN_REVIEW, { token });
  if (isKnown !== true || user?.username === undefined || user.username === "")
    throw new RolloutCallError("unauthenticated", "the API server does not accept this token; it may have expired");
  const { username, uid, groups, extra } = user;
  const answer = await review(api, ACCESS_REVIEW, {
    user: username,
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
    resourceAttributes: { group: "cert-manager.io", resource: "certificates", verb: "update", namespace, name },
  });
  if (answer.allowed) return username;
  throw new RolloutCallError(
    "forbidden",
    `${username} may not update the Certificate ${namespace}/${name}, which a manual rollout requires`,
  );
}

async function review<T>(api: KubernetesApi, { apiVersion, kind, schema }: Review<T>, spec: object): Promise<T> {
  const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
  const answer = await api({ method: "POST", path, body: { apiVersion, kind, spec } }).catch(
    (error: unknown): never => {
      throw new RolloutCallError(
        "cluster-unavailable",
        "the API server does not answer, so you are not authorized",
        error,
      );
    },
  );
  const parsed = answer.status === 201 && answer.body.kind === kind ? schema.safeParse(answer.body) : undefined;
  if (parsed?.success !== true)
    throw new RolloutCallError(
      "cluster-unavailable",
      `the API server refuses the ${kind}, so you are not authorized: ${statusMessage(answer)}`,
    );
  return parsed.data.status;
}
