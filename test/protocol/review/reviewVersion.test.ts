import { expect, it } from "vitest";
import { reviewVersion } from "../../../src/protocol/review/reviewVersion.ts";

const fault = (path: string, expected: string, about: string) => ({ ok: false, fault: { path, expected, about } });

it.each<[body: unknown, result: object]>([
  [
    { kind: "K", apiVersion: "g/v1" },
    { ok: true, value: "v1" },
  ],
  [
    { kind: "K", apiVersion: "g/v1beta1" },
    { ok: true, value: "v1beta1" },
  ],
  [{ kind: "K", apiVersion: "g/v2" }, fault("apiVersion", 'expected "g/v1" or "g/v1beta1"', "kind")],
  [{ kind: "K", apiVersion: "v1" }, fault("apiVersion", 'expected "g/v1" or "g/v1beta1"', "kind")],
  [{ kind: "L", apiVersion: "g/v1" }, fault("kind", 'expected "K"', "kind")],
  [{ kind: "K" }, fault("apiVersion", "expected a string", "shape")],
  [{ apiVersion: "g/v1" }, fault("kind", "expected a string", "shape")],
  [{ kind: "", apiVersion: "g/v1" }, fault("kind", "expected a string", "shape")],
  [{ kind: ["K"], apiVersion: "g/v1" }, fault("kind", "expected a string", "shape")],
  [[], fault("(body)", "expected an object", "shape")],
  [undefined, fault("(body)", "expected an object", "shape")],
])("reviewVersion reads the version of %j, or returns a fault", (body, result) => {
  expect(reviewVersion(body, "K", "g")).toEqual(result);
});
