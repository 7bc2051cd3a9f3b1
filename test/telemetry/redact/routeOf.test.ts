import { expect, it } from "vitest";
import { callRoute } from "../../../src/gate/answer/telemetry/startCallSpan.ts";
import { callReader } from "../../../src/protocol/gateUrl.ts";
import { routeOf } from "../../../src/telemetry/redact/routeOf.ts";

it.each([
  ["/c/production/validate", "/c/{cluster}/validate"],
  ["/c/production/validate/", "/c/{cluster}/validate"],
  ["/c/production/validate?timeout=10s", "/c/{cluster}/validate"],
  ["/c/production/mutate/pods", "/c/{cluster}/mutate/{entry}"],
  ["/c/production/validate/pods/v2", "/c/{cluster}/validate/{entry}/{part}"],
  ["/c/production/convert/self-test-1f", "/c/{cluster}/convert/{mark}"],
  ["/hooks/c/production/validate", "/c/{cluster}/validate"],
  ["/k/SECRET/c/production/validate/pods", "/k/{token}/c/{cluster}/validate/{entry}"],
  ["/hooks/k/SECRET/c/production/convert", "/k/{token}/c/{cluster}/convert"],
  ["/c/production/validate/metrics", "/c/{cluster}/validate/{entry}"],
  ["/token/production", "/token/{cluster}"],
  ["/healthz", "/healthz"],
  ["/hooks/readyz", "/readyz"],
  ["/.well-known/postern", "/.well-known/postern"],
  // What is no path of a gate says nothing.
  ["/%6b/SECRET/c/production/validate", "/c/{cluster}/validate"],
  ["/k/SECRET/../c/production/validate", "/{other}"],
  ["/k%2fSECRET/c/production/validate", "/c/{cluster}/validate"],
  ["/K/SECRET", "/{other}"],
  ["//SECRET/validate", "/{other}"],
  ["https://SECRET/", "/{other}"],
  ["/k/SECRET", "/{other}"],
  ["/k/SECRET/healthz", "/{other}"],
  ["/k/SECRET/c/production/SECRET", "/{other}"],
  ["/c/production/validate/a/b/SECRET", "/{other}"],
  ["/c/production/constructor", "/{other}"],
  ["/SECRET", "/{other}"],
  ["", "/{other}"],
  [`/${"a/".repeat(100_000)}`, "/{other}"],
])("routeOf(%s) is %s", (path, route) => {
  expect(routeOf(path)).toBe(route);
});

it.each([
  "/c/a/validate",
  "/k/SECRET/c/a/validate",
  "/k/SECRET/c/a/convert/self-test-1",
  "/c/a/mutate/b",
  "/c/a/validate/b/v2",
  "/c/a/convert",
  "/c/a/convert/self-test-1",
])("a span of %s has the same route", (path) => {
  const call = callReader("")(`https://gate.example${path}`);
  expect(call && callRoute(call)).toBe(routeOf(path));
});
