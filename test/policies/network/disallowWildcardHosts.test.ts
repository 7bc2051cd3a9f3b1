import { expect, it } from "vitest";
import { disallowWildcardHosts } from "../../../src/policies/network/disallowWildcardHosts.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { ingress } from "./networkObjects.ts";

type Options = Parameters<typeof disallowWildcardHosts>[0];

const wildcard = (index: number, host: string): string =>
  `spec.rules[${index}].host: the host '${host}' is a wildcard; name each host`;
const EMPTY = "spec.rules[0].host: a rule without a host is for all hosts; name the host";
const NO_RULES = "spec.rules: an Ingress without rules is for all hosts; add a rule with a host";
const BESIDE =
  "spec.defaultBackend: a default backend beside rules gets the requests for all other hosts; add a path to the rules instead";
const BACKEND = { service: { name: "web", port: { number: 80 } } };
const preview: Options = { allowed: ["*.preview.example.com"] };

it.each<[what: string, options: Options, spec: JsonObject, messages: string[]]>([
  ["a host", {}, { rules: [{ host: "a.example.com" }] }, []],
  ["a host and a default backend", {}, { rules: [{ host: "a.example.com" }], defaultBackend: BACKEND }, [BESIDE]],
  ["a host and a default backend of null", {}, { rules: [{ host: "a.example.com" }], defaultBackend: null }, []],
  [
    "a host and a default backend, allowed",
    { allowAnyHost: true },
    { rules: [{ host: "a.example.com" }], defaultBackend: BACKEND },
    [],
  ],
  ["a wildcard", {}, { rules: [{ host: "*.example.com" }] }, [wildcard(0, "*.example.com")]],
  ["a wildcard after a host", {}, { rules: [{ host: "a.b" }, { host: "*.b" }] }, [wildcard(1, "*.b")]],
  ["an allowed wildcard", preview, { rules: [{ host: "*.preview.example.com" }] }, []],
  ["another wildcard", preview, { rules: [{ host: "*.example.com" }] }, [wildcard(0, "*.example.com")]],
  ["no host", {}, { rules: [{ http: { paths: [] } }] }, [EMPTY]],
  ["an empty host", {}, { rules: [{ host: "" }] }, [EMPTY]],
  ["no host, allowed", { allowAnyHost: true }, { rules: [{}] }, []],
  ["a wildcard where any host is allowed", { allowAnyHost: true }, { rules: [{ host: "*.b" }] }, [wildcard(0, "*.b")]],
  ["a default backend alone", {}, { defaultBackend: BACKEND }, [NO_RULES]],
  ["an empty list of rules", {}, { rules: [], defaultBackend: BACKEND }, [NO_RULES]],
  ["a default backend alone, allowed", { allowAnyHost: true }, { defaultBackend: BACKEND }, []],
])("disallowWildcardHosts judges %s with %j", async (_what, options, spec, messages) => {
  expect(await faultsOf(disallowWildcardHosts(options), ingress(spec))).toEqual(messages);
});

it("disallowWildcardHosts denies an added wildcard only", async () => {
  const before = ingress({ rules: [{ host: "*.a" }] });
  const after = ingress({ rules: [{ host: "*.b" }, { host: "*.a" }] });
  expect(await faultsOf(disallowWildcardHosts(), after, before)).toEqual([wildcard(0, "*.b")]);
});

it.each(["a.example.com", "*", "*.", "*.Example.com", "*.*.example.com"])(
  "disallowWildcardHosts refuses to allow %j, which no Ingress can have as a wildcard",
  (host) => {
    expect(() => disallowWildcardHosts({ allowed: [host] })).toThrow(
      "options.allowed.0 is not a host such as *.preview.example.com",
    );
  },
);

it.each<Options>([{}, preview, { allowAnyHost: true }])("disallowWildcardHosts is native with %j", (options) => {
  expect(nativeOf(disallowWildcardHosts(options))).toBe("yes");
});
