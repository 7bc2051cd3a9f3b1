/** A path on the wire, and how every runtime answers a POST of a review to it. The base path of the gate is `/hooks`. */
export interface PathCase {
  readonly path: string;
  readonly status: 200 | 401 | 404;
  /** Of an error. */
  readonly code?: "not-found" | "unauthenticated";
}

const served = [
  "/k/a.token-of_any.kind/c/local/validate",
  "/c/local/validate",
  "/c/local/validate?timeout=5s",
  "/c/local/validate/",
  "/c/local/validate/gone/v9",
];

/** Spellings that a server or a proxy may read as the path of a cluster. */
const refused = [
  // Escaped separators, also twice.
  "/c/local%2fvalidate",
  "/c/local%2Fvalidate",
  "/c%2flocal/validate",
  "/c/local%252fvalidate",
  "/c/lenient%2f..%2flocal/validate",
  "/c/local/validate%2f",
  "/c/local%5cvalidate",
  "/c/lenient/validate%23/c/local/validate",
  "/c/local/validate%23",
  "/c/local/validate%3ftimeout=5s",
  // Dot segments.
  "/c/lenient/../local/validate",
  "/c/lenient/%2e%2e/local/validate",
  "/c/lenient/.%2E/local/validate",
  "/c/./local/validate",
  "/c/%2e/local/validate",
  "/x/../c/local/validate",
  "/x/..;/c/local/validate",
  "/c/local/validate/../../lenient/validate",
  "/c/local/validate/.",
  "/../c/local/validate",
  // Empty segments.
  "//c/local/validate",
  "/c//local/validate",
  "/c/local//validate",
  "/c/local/validate//",
  // Escaped letters, and letters in another case.
  "/c/loc%61l/validate",
  "/c/local/v%61lidate",
  "/%63/local/validate",
  "/C/local/validate",
  "/c/local/Validate",
  // Parameters, controls, and what is not UTF-8.
  "/c/local;a=b/validate",
  "/c/local/validate;a=b",
  "/c/local%00/validate",
  "/c/local/validate%00",
  "/c/local%0a/validate",
  "/c/local%20/validate",
  "/c/%ff%fe/validate",
  "/c/%c0%af/validate",
  "/c/%u006cocal/validate",
  "/c/local%/validate",
  // Prefixes other than the base path, and the base path twice.
  "/other/c/local/validate",
  "/c/lenient/c/local/validate",
  "/hooks/hooks/c/local/validate",
  "/hooks%2fc/local/validate",
  "/HOOKS/c/local/validate",
  "/hooksc/local/validate",
];

export const pathCases: readonly PathCase[] = [
  ...served.flatMap((path): PathCase[] => [
    { path, status: 200 },
    { path: `/hooks${path}`, status: 200 },
  ]),
  ...["/c/LOCAL/validate", "/c/local.example/validate", "/hooks/c/__proto__/validate"].map(
    (path): PathCase => ({ path, status: 401, code: "unauthenticated" }),
  ),
  ...refused.map((path): PathCase => ({ path, status: 404, code: "not-found" })),
];

/** Paths with characters that no URL has: a runtime may refuse them itself. */
export const invalidPaths: readonly string[] = [
  "/c\\local\\validate",
  "/c/lenient\\..\\local/validate",
  "/c/l\u00f6cal/validate",
  "/c/l\u00a0ocal/validate",
];

/** No request has a fragment (RFC 9112, section 3.2). workerd removes it before the Worker sees the request. */
export const FRAGMENT_PATH = "/c/lenient/validate#/c/local/validate";
