import { describe, expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../../src/kubernetes/KubernetesApi.ts";
import { authorizeRollout, bearerToken } from "../../../src/rollout/http/authorizeRollout.ts";

const TARGET = { namespace: "gates", name: "gate" };
const known = (user: object): ApiResponse => ({
  status: 201,
  body: { kind: "TokenReview", status: { authenticated: true, user } } as never,
});
const verdict = (allowed: unknown): ApiResponse => ({
  status: 201,
  body: { kind: "SubjectAccessReview", status: { allowed } } as never,
});

/** An API server with these answers, in this order, and the calls that it received. */
function server(...answers: (ApiResponse | Error)[]): {
  api: (request: ApiRequest) => Promise<ApiResponse>;
  calls: ApiRequest[];
} {
  const calls: ApiRequest[] = [];
  return {
    calls,
    api: async (request) => {
      calls.push(request);
      const answer = answers[calls.length - 1];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("one call too many");
      return answer;
    },
  };
}

it("authorizeRollout asks for the user, then whether that user with all its groups and extra may update the Certificate", async () => {
  const user = { username: "alice", uid: "7", groups: ["admins"], extra: { scope: ["a", "b"] } };
  const { api, calls } = server(known(user), verdict(true));
  expect(await authorizeRollout(api, bearerToken("Bearer abc.def-_~+/=="), TARGET)).toBe("alice");
  expect(calls.map(({ path, body }) => [path, body])).toEqual([
    [
      "/apis/authentication.k8s.io/v1/tokenreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "abc.def-_~+/==" } },
    ],
    [
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: "alice",
          uid: "7",
          groups: ["admins"],
          extra: { scope: ["a", "b"] },
          resourceAttributes: { group: "cert-manager.io", resource: "certificates", verb: "update", ...TARGET },
        },
      },
    ],
  ]);
});

describe("authorizeRollout rejects a call", () => {
  const alice = known({ username: "alice" });
  it.each<[string, string | undefined, (ApiResponse | Error)[], string]>([
    ["without a header", undefined, [], "unauthenticated"],
    ["with an empty header", "", [], "unauthenticated"],
    ["without a token in the header", "Bearer ", [], "unauthenticated"],
    ["with a character that a token cannot have", "Bearer a\u00e9", [], "unauthenticated"],
    ["with a token of 9000 characters", `Bearer ${"a".repeat(9000)}`, [], "unauthenticated"],
    [
      "when the TokenReview does not authenticate the token",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: { authenticated: false } } }],
      "unauthenticated",
    ],
    [
      "when the TokenReview has an empty status",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: {} } }],
      "unauthenticated",
    ],
    ["when the user has no name", "Bearer a", [known({ username: "" })], "unauthenticated"],
    [
      "when authenticated is a string",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: { authenticated: "true", user: { username: "a" } } } }],
      "cluster-unavailable",
    ],
    [
      "when the answer is of another kind",
      "Bearer a",
      [{ status: 201, body: { kind: "Status", status: { authenticated: true } } as never }],
      "cluster-unavailable",
    ],
    ["when the answer is a 200 without a status", "Bearer a", [{ status: 200, body: {} }], "cluster-unavailable"],
    [
      "when the TokenReview is forbidden",
      "Bearer a",
      [{ status: 403, body: { message: "forbidden" } }],
      "cluster-unavailable",
    ],
    ["when the API server does not answer", "Bearer a", [new Error("down")], "cluster-unavailable"],
    ["when the user may not update the Certificate", "Bearer a", [alice, verdict(false)], "forbidden"],
    ["when allowed is missing", "Bearer a", [alice, verdict(undefined)], "cluster-unavailable"],
    ["when allowed is a string", "Bearer a", [alice, verdict("true")], "cluster-unavailable"],
    ["when the SubjectAccessReview is not answered", "Bearer a", [alice, new Error("down")], "cluster-unavailable"],
  ])("%s", async (_, header, answers, code) => {
    const { api, calls } = server(...answers);
    const authorize = async (): Promise<string> => authorizeRollout(api, bearerToken(header), TARGET);
    await expect(authorize()).rejects.toMatchObject({ code });
    expect(calls.length).toBe(answers.length);
  });
});
