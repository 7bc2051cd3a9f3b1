import { expect, it } from "vitest";
import { requireIngressTls } from "../../../src/policies/network/requireIngressTls.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { ingress } from "./networkObjects.ts";

type Options = Parameters<typeof requireIngressTls>[0];

const uncovered = (index: number, host: string): string =>
  `spec.rules[${index}].host: the host '${host}' is in no entry of spec.tls; add it there with the Secret of its certificate`;
const ALL = "spec.rules[0].host: a rule without a host is for all hosts, and no entry of spec.tls is; name the host";
const OTHERS =
  "spec.defaultBackend: it gets the requests for each host without a rule, and no entry of spec.tls is for all hosts; add one without hosts, or remove the default backend";
const NONE = "spec.tls: the Ingress has no entry with the Secret of a certificate; add one";

const rules = (...hosts: (string | undefined)[]): JsonObject[] => hosts.map((host) => ({ host, http: { paths: [] } }));
const TOKEN = "/.well-known/acme-challenge/Fk9_x-1";
/** A rule of cert-manager while it proves that it has a host. */
const challenge = (...paths: string[]): JsonObject => ({
  host: "a.example.com",
  http: { paths: paths.map((path) => ({ path, pathType: "ImplementationSpecific" })) },
});
const tls = (...hosts: string[]): JsonObject => ({ hosts, secretName: "web-tls" });

it.each<[what: string, spec: JsonObject, messages: string[]]>([
  ["a host without tls", { rules: rules("a.example.com") }, [uncovered(0, "a.example.com")]],
  ["a host with its entry", { rules: rules("a.example.com"), tls: [tls("a.example.com")] }, []],
  [
    "hosts of several entries",
    {
      rules: rules("a.example.com", "b.example.com"),
      tls: [tls("c.example.com", "b.example.com"), tls("a.example.com")],
    },
    [],
  ],
  [
    "one host of two",
    { rules: rules("a.example.com", "b.example.com"), tls: [tls("a.example.com")] },
    [uncovered(1, "b.example.com")],
  ],
  ["an entry with a wildcard", { rules: rules("a.example.com"), tls: [tls("*.example.com")] }, []],
  [
    "a host two labels below",
    { rules: rules("a.b.example.com"), tls: [tls("*.example.com")] },
    [uncovered(0, "a.b.example.com")],
  ],
  [
    "the host above the wildcard",
    { rules: rules("example.com"), tls: [tls("*.example.com")] },
    [uncovered(0, "example.com")],
  ],
  [
    "a host that ends alike",
    { rules: rules("a.badexample.com"), tls: [tls("*.example.com")] },
    [uncovered(0, "a.badexample.com")],
  ],
  ["a wildcard with its entry", { rules: rules("*.example.com"), tls: [tls("*.example.com")] }, []],
  [
    "a wildcard with an entry for one host",
    { rules: rules("*.example.com"), tls: [tls("a.example.com")] },
    [uncovered(0, "*.example.com")],
  ],
  ["an entry without hosts", { rules: rules("a.example.com"), tls: [{ secretName: "web-tls" }] }, []],
  ["a rule without a host", { rules: rules(undefined), tls: [tls("a.example.com")] }, [ALL]],
  ["a rule with an empty host and tls without hosts", { rules: rules(""), tls: [{}] }, []],
  ["a host of a challenge", { rules: [challenge(TOKEN)] }, []],
  ["a host of two challenges", { rules: [challenge(TOKEN, "/.well-known/acme-challenge/b")] }, []],
  ["a challenge beside another path", { rules: [challenge(TOKEN, "/")] }, [uncovered(0, "a.example.com")]],
  ["no path", { rules: [challenge()] }, [uncovered(0, "a.example.com")]],
  ["a path of no text", { rules: [{ host: "a.example.com", http: { paths: [{}] } }] }, [uncovered(0, "a.example.com")]],
  ...["/.well-known/acme-challenge", `${TOKEN}/..`, `${TOKEN}|/.*`, `/a${TOKEN}`, `${TOKEN}/(.*)`].map(
    (path): [string, JsonObject, string[]] => [
      `the path ${path}`,
      { rules: [challenge(path)] },
      [uncovered(0, "a.example.com")],
    ],
  ),
  ["no rules", { defaultBackend: { service: { name: "web" } } }, [NONE]],
  ["no rules, with tls", { defaultBackend: { service: { name: "web" } }, tls: [tls("a.example.com")] }, [OTHERS]],
  ["no rules, with tls without hosts", { defaultBackend: { service: { name: "web" } }, tls: [{}] }, []],
  [
    "a default backend beside covered rules",
    { defaultBackend: { service: { name: "web" } }, rules: rules("a.example.com"), tls: [tls("a.example.com")] },
    [OTHERS],
  ],
  [
    "a default backend beside covered rules, with tls for all hosts",
    {
      defaultBackend: { service: { name: "web" } },
      rules: rules("a.example.com"),
      tls: [tls("a.example.com"), { secretName: "all" }],
    },
    [],
  ],
])("requireIngressTls judges %s", async (_what, spec, messages) => {
  expect(await faultsOf(requireIngressTls(), ingress(spec))).toEqual(messages);
});

const COVERED: JsonObject = { rules: rules("a.example.com"), tls: [tls("a.example.com")] };
const noHttp: Options = { requiredAnnotations: { "kubernetes.io/ingress.allow-http": "false" } };
const HTTP =
  'metadata.annotations: the Ingress must not serve plain HTTP; set kubernetes.io/ingress.allow-http: "false"';

it.each<[what: string, annotations: JsonObject | undefined, messages: string[]]>([
  ["no annotations", undefined, [HTTP]],
  ["another annotation", { "example.com/a": "false" }, [HTTP]],
  ["another value", { "kubernetes.io/ingress.allow-http": "true" }, [HTTP]],
  ["the annotation", { "kubernetes.io/ingress.allow-http": "false" }, []],
])("requireIngressTls with requiredAnnotations judges %s", async (_what, annotations, messages) => {
  expect(await faultsOf(requireIngressTls(noHttp), ingress(COVERED, annotations))).toEqual(messages);
});

it.each<[what: string, spec: JsonObject, messages: string[]]>([
  ["of a challenge", { rules: [challenge(TOKEN)] }, []],
  ["of a challenge and a host", { ...COVERED, rules: [challenge(TOKEN), ...rules("a.example.com")] }, [HTTP]],
  ["of a challenge and a default backend", { rules: [challenge(TOKEN)], tls: [{}], defaultBackend: {} }, [HTTP]],
])("requireIngressTls with requiredAnnotations judges an Ingress %s", async (_what, spec, messages) => {
  expect(await faultsOf(requireIngressTls(noHttp), ingress(spec))).toEqual(messages);
});

it("requireIngressTls denies that the entry of a host is removed, and not another update", async () => {
  const open = ingress({ rules: rules("a.example.com") });
  expect(await faultsOf(requireIngressTls(), open, ingress(COVERED))).toEqual([uncovered(0, "a.example.com")]);
  expect(await faultsOf(requireIngressTls(), open, open)).toEqual([]);
});

it.each<[what: string, before: JsonObject, after: JsonObject, messages: string[]]>([
  ["another annotation is added", {}, { "example.com/a": "b" }, []],
  ["a long annotation stays", { "example.com/a": "b".repeat(2_000) }, { "example.com/a": "b".repeat(2_000) }, []],
  ["the required one is removed", { "kubernetes.io/ingress.allow-http": "false" }, {}, [HTTP]],
])("requireIngressTls with requiredAnnotations on an update: %s", async (_what, before, after, messages) => {
  const policy = requireIngressTls(noHttp);
  expect(await faultsOf(policy, ingress(COVERED, after), ingress(COVERED, before))).toEqual(messages);
});

it.each<Options>([{}, noHttp])("requireIngressTls is native with %j", (options) => {
  expect(nativeOf(requireIngressTls(options))).toBe("yes");
});

const ALB = "alb.ingress.kubernetes.io/certificate-arn";
const ARN = "arn:aws:acm:eu-central-1:111122223333:certificate/0c1d2e3f";
const ofBalancer: Options = { certificateAnnotations: [ALB, "networking.gke.io/managed-certificates"] };
const BARE: JsonObject = { rules: rules("a.example.com") };

it.each<[what: string, options: Options, spec: JsonObject, annotations: JsonObject | undefined, messages: string[]]>([
  ["a certificate of a load balancer", ofBalancer, BARE, { [ALB]: ARN }, []],
  ["the second of the names", ofBalancer, BARE, { "networking.gke.io/managed-certificates": "web" }, []],
  ["a rule without a host", ofBalancer, { rules: rules(undefined) }, { [ALB]: ARN }, []],
  ["a default backend only", ofBalancer, { defaultBackend: {} }, { [ALB]: ARN }, []],
  ["a default backend beside an entry", ofBalancer, { ...COVERED, defaultBackend: {} }, { [ALB]: ARN }, []],
  ["an annotation without a value", ofBalancer, BARE, { [ALB]: "" }, [uncovered(0, "a.example.com")]],
  ["another annotation", ofBalancer, BARE, { "example.com/a": ARN }, [uncovered(0, "a.example.com")]],
  ["no annotations", ofBalancer, BARE, undefined, [uncovered(0, "a.example.com")]],
  ["an annotation that the policy does not name", {}, BARE, { [ALB]: ARN }, [uncovered(0, "a.example.com")]],
  ["a default backend only, without the annotation", ofBalancer, { defaultBackend: {} }, undefined, [NONE]],
  ["both options", { ...noHttp, ...ofBalancer }, BARE, { [ALB]: ARN }, [HTTP]],
])("requireIngressTls with certificateAnnotations judges %s", async (_what, options, spec, annotations, messages) => {
  expect(await faultsOf(requireIngressTls(options), ingress(spec, annotations))).toEqual(messages);
});

it("requireIngressTls refuses a certificate annotation that is no name", () => {
  expect(() => requireIngressTls({ certificateAnnotations: ["a b"] })).toThrow(/certificateAnnotations/);
});
