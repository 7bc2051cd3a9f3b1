import { describe, expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../../src/kubernetes/KubernetesApi.ts";
import { authorizeRollout } from "../../../src/rollout/http/authorizeRollout.ts";

const TARGET = { namespace: "gates", name: "gate" };
const known = (user: object): ApiResponse => ({
  status: 201,
  body: { kind: "TokenReview", status: { authenticated: true, user } } as never,
});
const verdict = (allowed: unknown): ApiResponse => ({
  status: 201,
  body: { kind: "SubjectAccessReview", status: { allowed } } as never,
});

/** An API server with these answers, in this order; and what it was asked. */
function server(...answers: (ApiResponse | Error)[]): {
  api: (request: ApiRequest) => Promise<ApiResponse>;
  asked: ApiRequest[];
} {
  const asked: ApiRequest[] = [];
  return {
    asked,
    api: async (request) => {
      asked.push(request);
      const answer = answers[asked.length - 1];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("asked too often");
      return answer;
    },
  };
}

it("asks who it is, and whether that user, with all that is known of them, may update the Certificate", async () => {
  const user = { username: "alice", uid: "7", groups: ["admins"], extra: { scope: ["a", "b"] } };
  const { api, asked } = server(known(user), verdict(true));
  expect(await authorizeRollout(api, "Bearer abc.def-_~+/==", TARGET)).toBe("alice");
  expect(asked.map(({ path, body }) => [path, body])).toEqual([
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

describe("nobody is let in", () => {
  const alice = known({ username: "alice" });
  it.each<[string, string | undefined, (ApiResponse | Error)[], string]>([
    ["without a header", undefined, [], "unauthenticated"],
    ["with an empty one", "", [], "unauthenticated"],
    ["with no token in it", "Bearer ", [], "unauthenticated"],
    ["with what a token cannot have in it", "Bearer a\u00e9", [], "unauthenticated"],
    ["with one that is very long", `Bearer ${"a".repeat(9000)}`, [], "unauthenticated"],
    [
      "whom the API server does not know",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: { authenticated: false } } }],
      "unauthenticated",
    ],
    [
      "of whom it says nothing",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: {} } }],
      "unauthenticated",
    ],
    ["without a name", "Bearer a", [known({ username: "" })], "unauthenticated"],
    [
      "of a yes that is a word",
      "Bearer a",
      [{ status: 201, body: { kind: "TokenReview", status: { authenticated: "true", user: { username: "a" } } } }],
      "cluster-unavailable",
    ],
    [
      "by an answer of another kind",
      "Bearer a",
      [{ status: 201, body: { kind: "Status", status: { authenticated: true } } as never }],
      "cluster-unavailable",
    ],
    ["by a 200 with garbage", "Bearer a", [{ status: 200, body: {} }], "cluster-unavailable"],
    [
      "when the API server may not be asked",
      "Bearer a",
      [{ status: 403, body: { message: "forbidden" } }],
      "cluster-unavailable",
    ],
    ["when it does not answer", "Bearer a", [new Error("down")], "cluster-unavailable"],
    ["who may not", "Bearer a", [alice, verdict(false)], "forbidden"],
    ["of whom it is not said whether they may", "Bearer a", [alice, verdict(undefined)], "cluster-unavailable"],
    ["of a may that is a word", "Bearer a", [alice, verdict("true")], "cluster-unavailable"],
    ["when the second question is not answered", "Bearer a", [alice, new Error("down")], "cluster-unavailable"],
  ])("%s", async (_, header, answers, code) => {
    const { api, asked } = server(...answers);
    await expect(authorizeRollout(api, header, TARGET)).rejects.toMatchObject({ code });
    expect(asked.length).toBe(answers.length);
  });
});
