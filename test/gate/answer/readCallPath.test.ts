import { describe, expect, it } from "vitest";
import { readCallPath } from "../../../src/gate/answer/readCallPath.ts";
import { gatePath } from "../../../src/protocol/gateUrl.ts";
import { reviewCall, testGate } from "../gateCall.ts";

describe("readCallPath", () => {
  it.each<[url: string, path: ReturnType<typeof readCallPath>]>([
    ["/c/a/validate", { cluster: "a", purpose: "validate", entry: undefined, part: undefined }],
    ["/c/a.b-1/mutate?timeout=10s", { cluster: "a.b-1", purpose: "mutate", entry: undefined, part: undefined }],
    ["/c/a/validate/strict?timeout=1s", { cluster: "a", purpose: "validate", entry: "strict", part: undefined }],
    ["/c/a/validate/strict/v2", { cluster: "a", purpose: "validate", entry: "strict", part: "v2" }],
    ["/c/a/convert", { cluster: "a", purpose: "convert", entry: undefined, part: undefined }],
    ["/c/a/convert/self-test-0a", { cluster: "a", purpose: "convert", entry: "self-test-0a", part: undefined }],
  ])("reads https://gate.example%s", (path, expected) => {
    for (const origin of ["https://gate.example", "http://127.0.0.1:8787"])
      expect(readCallPath(origin + path)).toEqual(expected);
    const { cluster = "", purpose = "validate", entry, part } = expected ?? {};
    expect(path.split("?")[0]).toBe(gatePath(cluster, purpose, entry, part));
  });

  it.each([
    "/",
    "/healthz",
    "/c/a",
    "/c/a/",
    "/c/a/audit",
    "/c/a/validate/",
    "/c/a/validate//b",
    "/c//validate",
    "//c/a/validate",
    "/x/c/a/validate",
    "/c/a/validate/b/c/d",
    "/c/a/convert/b/c",
    "/c/a%2Fb/validate",
    "/c/a/validate/%62",
    "/c/a/Validate",
    "/?/c/a/validate",
    "/#/c/a/validate",
  ])("leaves %s to the routes of the app", (path) => {
    expect(readCallPath(`https://gate.example${path}`)).toBeUndefined();
  });
});

/** A name of the path with an escaped letter, which only the routes read. */
const escaped = (path: string): string => path.replace("/local", "/loc%61l");

it.each([
  "/c/local/validate?timeout=10s",
  "/c/local/mutate",
  "/c/local/convert",
  "/c/local/validate/default",
  "/c/local/validate/unknown/v2",
])("a gate answers a call of %s as its routes do, whatever becomes of it", async (path) => {
  const { app, log } = testGate();
  for (const body of [undefined, "{}", "not JSON"]) {
    const [read, routed] = await Promise.all(
      [path, escaped(path)].map(async (one) => {
        const response = await app.fetch(reviewCall(one, body));
        return { status: response.status, headers: [...response.headers], text: await response.text() };
      }),
    );
    expect(read).toEqual(routed);
  }
  expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
});
