import { expect, it } from "vitest";
import { callText } from "../../../../src/cli/dev/print/callText.ts";

const PATH = "/c/local/validate";
const SHOWN = "/c/{cluster}/validate local";
const pods = { operation: "CREATE", resource: { resource: "pods" } };

it.each<[what: string, body: string, text: string]>([
  ["a review", JSON.stringify({ request: { ...pods, namespace: "d", name: "web" } }), `create pods d/web (${SHOWN})`],
  ["a cluster-scoped object", JSON.stringify({ request: { ...pods, name: "n" } }), `create pods n (${SHOWN})`],
  ["an object without a name", JSON.stringify({ request: pods }), `create pods (no name yet) (${SHOWN})`],
  [
    "a name with control characters",
    JSON.stringify({ request: { ...pods, name: "a\u001b[2J\nb" } }),
    `create pods a\\u001b[2J\\nb (${SHOWN})`,
  ],
  ["what is no review", JSON.stringify({ request: null }), SHOWN],
  ["a list", "[1]", SHOWN],
  ["what is not JSON", "{", SHOWN],
  ["nothing", "", SHOWN],
])("callText names %s", (_what, body, text) => {
  expect(callText(PATH, new TextEncoder().encode(body))).toBe(text);
});

it("callText names a call without a body", () => {
  expect(callText("/healthz", undefined)).toBe("/healthz");
});
