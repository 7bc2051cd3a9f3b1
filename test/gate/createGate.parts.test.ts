import { expect, it } from "vitest";
import { warn } from "../../src/policy/define/Finding.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { readReview } from "../fixtures/readReview.ts";
import { reviewCall, testGate } from "./gateCall.ts";

const seen = (name: string, ...apiVersions: string[]) =>
  policy({
    name,
    match: { apiGroups: ["example.com"], resources: ["widgets"], apiVersions },
    validate: ({ resource }) => warn(`saw ${resource.version}`),
  });
const { app } = testGate({ policies: [seen("first", "v1"), seen("second", "v2")] });

/** A captured review as one of a widget in a version. */
function widget(version: string): string {
  const body = JSON.parse(readReview("validate-v1-create-pods-1"));
  const resource = { group: "example.com", version, resource: "widgets" };
  const kind = { group: "example.com", version, kind: "Widget" };
  return JSON.stringify({ ...body, request: { ...body.request, kind, resource, requestKind: kind } });
}

it.each<[path: string, version: string, answer: object]>([
  ["/c/local/validate/default/v1", "v1", { allowed: true, warnings: ["first: saw v1"] }],
  ["/c/local/validate/default/v2", "v2", { allowed: true, warnings: ["second: saw v2"] }],
  ["/c/local/validate/default/v2/", "v2", { allowed: true, warnings: ["second: saw v2"] }],
  ["/c/local/validate/default", "v2", { allowed: false, warnings: ["second: saw v2"] }],
  ["/c/local/validate", "v1", { allowed: false, warnings: ["first: saw v1"] }],
  ["/c/local/validate/default/gone", "v1", { allowed: false, warnings: ["first: saw v1"] }],
])("a gate judges a review at %s in %s by the policies of the part", async (path, version, answer) => {
  const response = await app.fetch(reviewCall(path, widget(version)));
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ response: answer });
});

it.each(["/c/local/validate/default/v2/x", "/c/local/convert/self-test-0/v2"])(
  "a gate has nothing at %s",
  async (path) => {
    expect((await app.fetch(reviewCall(path))).status).toBe(404);
  },
);
