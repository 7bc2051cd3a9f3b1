import { describe, expect, it } from "vitest";
import {
  callReader,
  gatePath,
  isBasePath,
  readGateUrl,
  splitBase,
  splitGateUrl,
  tokenAudience,
  tokenCallReader,
  tokenUrl,
} from "../../src/protocol/gateUrl.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";

it.each([
  ["https://gate.example.com/c/prod/validate", { base: "https://gate.example.com", path: "/c/prod/validate" }],
  ["https://gate.example.com/c/prod/mutate/pods", { base: "https://gate.example.com", path: "/c/prod/mutate/pods" }],
  ["https://gate.example.com:8443/c/prod/convert", { base: "https://gate.example.com:8443", path: "/c/prod/convert" }],
  [
    "https://gate.example.com/c/prod/convert/self-test-0a1b2c3d",
    { base: "https://gate.example.com", path: "/c/prod/convert/self-test-0a1b2c3d" },
  ],
  ["https://e.example.com/a/b/c/prod/validate", { base: "https://e.example.com/a/b", path: "/c/prod/validate" }],
  ["https://[::1]:8443/c/prod/validate", { base: "https://[::1]:8443", path: "/c/prod/validate" }],
  [
    "https://gate.example.com/hooks/k/ey.a-b_c/c/prod/validate/pods",
    { base: "https://gate.example.com/hooks/k/ey.a-b_c", path: "/c/prod/validate/pods" },
  ],
  ["https://gate.example.com/k/ey/k/ey/c/prod/validate", undefined],
  ["https://gate.example.com/k/ey/hooks/c/prod/validate", undefined],
  ["https://gate.example.com/k//c/prod/validate", undefined],
  ["https://gate.example.com/k/../c/prod/validate", undefined],
  ["https://gate.example.com/k/ey/c/other/validate", undefined],
  ["https://gate.example.com/c/other/validate", undefined],
  ["https://gate.example.com/c/prod/other", undefined],
  ["https://gate.example.com/c/prod/convert/x", undefined],
  [
    "https://gate.example.com/c/prod/validate/a/v2",
    { base: "https://gate.example.com", path: "/c/prod/validate/a/v2" },
  ],
  ["https://gate.example.com/c/prod/validate/a/b/c", undefined],
  ["https://gate.example.com/c/prod/convert/self-test-0a1b2c3d/v2", undefined],
  ["https://gate.example.com/c/prod/validate?x=y", undefined],
  ["https://me@gate.example.com/c/prod/validate", undefined],
  ["http://gate.example.com/c/prod/validate", undefined],
  ["https://gate.example.com/c/other/c/prod/validate", undefined],
  ["https://gate.example.com/c/other%2f..%2fc/prod/validate", undefined],
  ["https://gate.example.com/c/other/validate%23/c/prod/validate", undefined],
  ["https://gate.example.com/c/prod/validate/", undefined],
  ["nonsense", undefined],
])("splitGateUrl returns the base and path of %s, or undefined for another URL", (url, parts) => {
  expect(splitGateUrl(url, "prod")).toEqual(parts);
});

it.each([
  ["https://gate.example.com/c/prod/validate", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/c/prod/validate/", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/a/c/prod/mutate/pods?x=y", ["https://gate.example.com/a", "prod", "mutate", "pods"]],
  ["https://[::1]:8443/c/prod/convert", ["https://[::1]:8443", "prod", "convert", undefined]],
  ["https://gate.example.com/c/c/validate", ["https://gate.example.com", "c", "validate", undefined]],
  [
    "https://gate.example.com/c/validate/validate/validate",
    ["https://gate.example.com", "validate", "validate", "validate"],
  ],
  ["https://gate.example.com/c/prod/c/prod/validate", undefined],
  ["https://gate.example.com/k/token/c/prod/validate", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/k/a/b/c/prod/validate", undefined],
  ["https://gate.example.com/k/c/c/prod/validate", ["https://gate.example.com", "prod", "validate", undefined]],
  ["https://gate.example.com/K/token/c/prod/validate", undefined],
  ["https://gate.example.com/a/../c/prod/validate", undefined],
  ["https://gate.example.com/a/%2e%2e/c/prod/validate", undefined],
  ["https://gate.example.com\\\\c/prod/validate", undefined],
  ["https://gate.example.com/a%2fb/c/prod/validate", undefined],
  ["https://gate.example.com/c/pr%6fd/validate", undefined],
  ["https://gate.example.com//c/prod/validate", undefined],
  ["HTTPS://Gate.Example.com:443/a/c/prod/validate", ["https://gate.example.com/a", "prod", "validate", undefined]],
  ["http://gate.example.com/c/prod/validate", undefined],
  ["https://gate.example.com/validate", undefined],
  ["https://gate.example.com/c//validate", undefined],
  ["https://gate.example.com/c/prod/validate/a/v2", ["https://gate.example.com", "prod", "validate", "a", "v2"]],
  ["https://gate.example.com/x/c/c/mutate/mutate/any", ["https://gate.example.com/x", "c", "mutate", "mutate", "any"]],
  ["https://gate.example.com/c/prod/convert/a/v2", undefined],
  ["https://gate.example.com/c/prod/validate/a/b/c", undefined],
  ["https://gate.example.com/c/prod/other", undefined],
  ["nonsense", undefined],
])("readGateUrl reads %s", (url, expected) => {
  const parts = readGateUrl(url);
  const { base, cluster, purpose, entry, part } = parts ?? {};
  const found =
    parts === undefined ? undefined : [base, cluster, purpose, entry, ...(part === undefined ? [] : [part])];
  expect(found).toEqual(expected);
});

describe("callReader", () => {
  it.each<[path: string, call: ReturnType<ReturnType<typeof callReader>>]>([
    ["/c/a/validate", { cluster: "a", purpose: "validate", entry: undefined, part: undefined }],
    ["/c/a.b-1/mutate?timeout=10s", { cluster: "a.b-1", purpose: "mutate", entry: undefined, part: undefined }],
    ["/c/a/validate/strict?timeout=1s", { cluster: "a", purpose: "validate", entry: "strict", part: undefined }],
    ["/c/a/validate/strict/v2", { cluster: "a", purpose: "validate", entry: "strict", part: "v2" }],
    ["/c/a/convert", { cluster: "a", purpose: "convert", entry: undefined, part: undefined }],
    ["/c/a/convert/self-test-0a", { cluster: "a", purpose: "convert", entry: "self-test-0a", part: undefined }],
  ])("reads https://gate.example%s, and with a slash at the end", (path, expected) => {
    const [plain = "", query] = path.split("?");
    for (const origin of ["https://gate.example", "http://127.0.0.1:8787", "https://[::1]"])
      for (const end of ["", "/"])
        for (const base of ["", "/hooks"])
          expect(
            callReader("/hooks")(`${origin}${base}${plain}${end}${query === undefined ? "" : `?${query}`}`),
          ).toEqual({ token: undefined, ...expected });
    for (const base of ["", "/hooks"])
      expect(callReader("/hooks")(`https://gate.example${base}/k/ey.a-b_c.d${plain}`)).toEqual({
        ...expected,
        token: "ey.a-b_c.d",
      });
    const { cluster = "", purpose = "validate", entry, part } = expected ?? {};
    expect(plain).toBe(gatePath(cluster, purpose, entry, part));
  });

  it.each([
    "/",
    "/healthz",
    "/c/a",
    "/c/a/",
    "/c/a/audit",
    "/c/a/validate//",
    "/c/a/validate//b",
    "/c//validate",
    "/c/../validate",
    "/c/./validate",
    "/c/a/validate/..",
    "//c/a/validate",
    "/x/c/a/validate",
    "/a.b/a.b/c/a/validate",
    "/axb/c/a/validate",
    "/a.bc/a/validate",
    "/a.b/c/a/validate/b/c/d",
    "/c/a/validate/b/c/d",
    "/c/a/convert/b/c",
    "/c/a%2Fb/validate",
    "/k/c/a/validate",
    "/k//c/a/validate",
    "/k/./c/a/validate",
    "/k/../c/a/validate",
    "/k/t/../c/a/validate",
    "/k/t/c/a/validate/b/c/d",
    "/k/t/k/t/c/a/validate",
    "/k/t%2e/c/a/validate",
    "/k/t/x/c/a/validate",
    "/k/t/a.b/c/a/validate",
    "//k/t/c/a/validate",
    "/k/t//c/a/validate",
    "/K/t/c/a/validate",
    "/k/t;a/c/a/validate",
    "/k/t\u0000/c/a/validate",
    "/c/a/k/t/validate",
    "/c/a/validate/%62",
    "/c/a;x=y/validate",
    "/c/a/validate;x",
    "/c/a/Validate",
    "/C/a/validate",
    "/c/a%00/validate",
    "/c/\u0000/validate",
    "/c/%ff/validate",
    "/c/ш/validate",
    "/c\\a\\validate",
    "/c/a/validate#/c/b/validate",
    "/?/c/a/validate",
    "/#/c/a/validate",
  ])("with the base /a.b reads nothing from %j", (path) => {
    expect(callReader("/a.b")(`https://gate.example${path}`)).toBeUndefined();
  });
});

it.each<[url: string, cluster: string | undefined]>([
  ["https://gate.example/token/prod", "prod"],
  ["http://127.0.0.1:8787/hooks/token/a.b-1?timeout=5s", "a.b-1"],
  ["https://gate.example/other/token/prod", undefined],
  ["https://gate.example/token/prod/", undefined],
  ["https://gate.example/token/", undefined],
  ["https://gate.example/token", undefined],
  ["https://gate.example/token/pr%6fd", undefined],
  ["https://gate.example/token/../c", undefined],
  ["https://gate.example//token/prod", undefined],
  ["https://gate.example/Token/prod", undefined],
  ["https://gate.example/k/x/token/prod", undefined],
  ["https://gate.example/token/prod#x", undefined],
])("tokenCallReader reads %s", (url, cluster) => {
  expect(tokenCallReader("/hooks")(url)).toBe(cluster);
});

it("the URL of a token call begins with its audience", () => {
  expect(tokenUrl("https://gate.example/hooks", "prod")).toBe("https://gate.example/hooks/token/prod");
  expect(tokenAudience("https://gate.example/hooks")).toBe("https://gate.example/hooks/token");
});

it.each<[path: string, is: boolean]>([
  ["", true],
  ["/hooks", true],
  ["/prod/eu.west-1/a_b~c", true],
  ["/cc", true],
  ["/.well-known", true],
  ["/...", true],
  ["/c", false],
  ["/a/c", false],
  ["/c/a", false],
  ["/k", false],
  ["/K", false],
  ["/C", false],
  ["/k/token", false],
  ["/", false],
  ["/a/", false],
  ["//a", false],
  ["/a//b", false],
  ["/.", false],
  ["/../a", false],
  ["a", false],
  ["/a%2fb", false],
  ["/a;b", false],
  ["/a?b", false],
  ["/a#b", false],
  ["/a\n", false],
  ["/ш", false],
])("isBasePath(%j) is %s", (path, is) => {
  expect(isBasePath(path)).toBe(is);
});

it("readGateUrl, callReader and isBasePath take linear time", () => {
  // Quadratic time for 400,000 segments would be hours.
  const path = "/a".repeat(400_000);
  expect(isBasePath(`${path}/c`)).toBe(false);
  expect(readGateUrl(`https://h${path}/c/`)).toBeUndefined();
  expect(callReader("")(`https://h/c/${"a".repeat(800_000)}/validate/${"a/".repeat(400_000)}`)).toBeUndefined();
});

describe("reading a URL takes linear time", () => {
  const read = callReader("/hooks");
  const cases: readonly (readonly [string, (size: number) => string])[] = [
    ["of a long base", (size) => `https://gate.example.com${"/hooks".repeat(size)}/c/a/validat`],
    ["of many prefixes", (size) => `https://gate.example.com${"/c".repeat(size)}`],
    ["of long names", (size) => `https://gate.example.com/c/${"a.".repeat(size)}/validate/${"b-".repeat(size)}!`],
    ["of a long host", (size) => `https://${"gate.".repeat(size)}/c/a/validate/!`],
    ["of many tokens", (size) => `https://gate.example.com${"/k/a".repeat(size)}/c/a/validate`],
    ["of a long token", (size) => `https://gate.example.com/k/${"a.".repeat(size)}/c/a/validat`],
    ["of many calls", (size) => `https://gate.example.com${"/c/a/validate".repeat(size)}`],
  ];
  it.each(cases)("%s", (_, make) => {
    expect(growthOf(2_000, make, read), "callReader").toBeLessThan(LINEAR);
    expect(growthOf(2_000, make, readGateUrl), "readGateUrl").toBeLessThan(LINEAR);
    expect(
      growthOf(2_000, make, (url) => isBasePath(new URL(url).pathname)),
      "isBasePath",
    ).toBeLessThan(LINEAR);
  });
});

it.each([
  ["https://a", "https://a", undefined],
  ["https://a/hooks", "https://a/hooks", undefined],
  ["https://a/k/t", "https://a", "t"],
  ["https://a/hooks/k/t.t-t_", "https://a/hooks", "t.t-t_"],
])("splitBase of %s", (base, place, token) => {
  expect(splitBase(base)).toEqual({ place, token });
});
