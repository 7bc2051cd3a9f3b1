import { expect, it } from "vitest";
import { type ApiResponse, statusMessage } from "../../src/kubernetes/KubernetesApi.ts";

it.each<[text: string, what: string, answer: ApiResponse]>([
  ["403 pods is forbidden", "a Status object", { status: 403, body: { kind: "Status", message: "pods is forbidden" } }],
  ["503", "an error without a JSON object", { status: 503, body: {} }],
  ["502", "an error whose message is not text", { status: 502, body: { message: 7 } }],
  ["302", "a redirect", { status: 302, body: {} }],
  ["200 with a body that cannot be read", "a success without a JSON object", { status: 200, body: {} }],
  ["201 a warning", "a success with a message", { status: 201, body: { message: "a warning" } }],
  ["500", "an empty message", { status: 500, body: { message: "" } }],
])("statusMessage writes %j for %s", (text, _, answer) => {
  expect(statusMessage(answer)).toBe(text);
});
