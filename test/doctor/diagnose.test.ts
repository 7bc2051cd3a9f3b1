import { beforeAll, expect, it } from "vitest";
import type { ClusterView } from "../../src/doctor/cluster/ClusterView.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { isJsonObject, type JsonObject } from "../../src/protocol/Json.ts";
import { readableCertificates } from "../../src/trust/bundle.ts";
import { BASE, type DoctorCa, doctorCa, registrations, viewOf } from "./doctorView.ts";

const HOUR = 3_600_000;
const ABOUT = "ValidatingWebhookConfiguration/postern";

let own: DoctorCa;
let other: DoctorCa;

beforeAll(async () => {
  [own, other] = await Promise.all([doctorCa("own"), doctorCa("other")]);
});

/** Changes each webhook of what is no canary. */
const each =
  (edit: (webhook: JsonObject) => JsonObject) =>
  (object: JsonObject): JsonObject =>
    isJsonObject(object.metadata) && object.metadata.name === "postern" && Array.isArray(object.webhooks)
      ? {
          ...object,
          webhooks: object.webhooks.filter(isJsonObject).map((webhook) => ({ ...webhook, ...edit(webhook) })),
        }
      : object;

const config =
  (more: JsonObject) =>
  ({ clientConfig }: JsonObject): JsonObject => ({ clientConfig: { ...Object(clientConfig), ...more } });

const meta =
  (more: JsonObject) =>
  (object: JsonObject): JsonObject =>
    isJsonObject(object.metadata) && object.metadata.name === "postern"
      ? { ...object, metadata: { ...object.metadata, ...more } }
      : object;

const noted =
  (annotations: JsonObject) =>
  (object: JsonObject): JsonObject =>
    meta({ annotations: { ...Object(Object(object.metadata).annotations), ...annotations } })(object);

const changed = async (change: (object: JsonObject) => JsonObject): Promise<Partial<ClusterView>> => ({
  registrations: await registrations(own.root, change),
});

const serving = (...chains: readonly string[]): Partial<ClusterView> => ({
  endpoints: [
    {
      base: BASE,
      handshakes: chains.map((pem, index) => ({ address: `192.0.2.${index}`, chain: readableCertificates(pem) })),
    },
  ],
});

const owned = (manager: string, field: "caBundle" | "url"): Promise<Partial<ClusterView>> =>
  changed(
    meta({
      managedFields: [
        { manager, fieldsV1: { "f:webhooks": { 'k:{"name":"x"}': { "f:clientConfig": { [`f:${field}`]: {} } } } } },
      ],
    }),
  );

const at = (host: string): Promise<Partial<ClusterView>> =>
  changed(each(config({ url: `https://${host}/c/production/validate/default` })));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const STALE = { created: 0, lastScheduled: undefined, lastSuccess: undefined, isSuspended: false };

it("nothing is said of a cluster in which all is well", async () => {
  expect(diagnose(await viewOf(own))).toEqual([]);
});

it.each<[name: string, more: () => Partial<ClusterView> | Promise<Partial<ClusterView>>, found: string[]]>([
  ["no registration", () => ({ registrations: [], selfTests: [] }), ["error no-registration gate postern"]],
  [
    "an endpoint that does not answer",
    () => ({ endpoints: [{ base: BASE, handshakes: [], fault: "no such host" }] }),
    [`error unreachable ${BASE}`],
  ],
  [
    "one of two addresses that does not answer",
    () => ({
      endpoints: [
        {
          base: BASE,
          handshakes: [
            { address: "192.0.2.1", chain: readableCertificates(own.chain) },
            { address: "192.0.2.2", fault: "refused" },
          ],
        },
      ],
    }),
    [`warning address-silent ${BASE}`],
  ],
  ["one of two addresses with another chain", () => serving(own.chain, other.chain), [`error refused-chain ${ABOUT}`]],
  [
    "a certificate that is over",
    async () => serving(await own.chainOf(-90, -1)),
    [`error refused-chain ${ABOUT}`, `error runs-out ${BASE}`],
  ],
  [
    "a certificate with less than a tenth left",
    async () => serving(await own.chainOf(-82, 8)),
    [`error runs-out ${BASE}`],
  ],
  [
    "a certificate with less than a third left",
    async () => serving(await own.chainOf(-61, 29)),
    [`warning runs-out ${BASE}`],
  ],
  ["a certificate with a third left", async () => serving(await own.chainOf(-59, 31)), []],
  ["ACM, which renews late", async () => serving(await own.chainOf(-335, 60)), []],
  [
    "a year's certificate that nobody renews",
    async () => serving(await own.chainOf(-340, 25)),
    [`warning runs-out ${BASE}`],
  ],
  ["an empty caBundle", () => changed(each(config({ caBundle: "" }))), [`info unverified-chain ${ABOUT}`]],
  ["white space for a bundle", () => changed(each(config({ caBundle: base64(" \n") }))), [`error bad-bundle ${ABOUT}`]],
  [
    "nonsense between roots",
    () => changed(each(config({ caBundle: base64(`${own.root}-----BEGIN X-----\n`) }))),
    [`warning bad-bundle ${ABOUT}`],
  ],
  [
    "a leaf for a root",
    () => changed(each(config({ caBundle: base64(own.chain) }))),
    [`warning no-root-in-bundle ${ABOUT}`],
  ],
  [
    "a query in the URL",
    () => changed(each(config({ url: `${BASE}/c/production/validate?x=1` }))),
    [`error bad-url ${ABOUT}`],
  ],
  [
    "a Service",
    () => changed(each(() => ({ clientConfig: { service: { name: "x" } } }))),
    [`warning bad-url ${ABOUT}`, "warning policy-not-called policy deny-labels"],
  ],
  [
    "a host that is not listed",
    () => ({ hosts: ["other.example.com"] }),
    ["warning unlisted-host ConfigMap/postern-sync"],
  ],
  [
    "AWS Lambda",
    async () => ({
      ...(await at("x.lambda-url.eu-west-1.on.aws")),
      endpoints: [
        { base: "https://x.lambda-url.eu-west-1.on.aws", handshakes: [{ address: "192.0.2.1", fault: "x" }] },
        { base: BASE, handshakes: [{ address: "192.0.2.1", chain: readableCertificates(own.chain) }] },
      ],
    }),
    [
      "error unreachable https://x.lambda-url.eu-west-1.on.aws",
      "warning unlisted-host ConfigMap/postern-sync",
      "info body-limit https://x.lambda-url.eu-west-1.on.aws",
    ],
  ],
  ["a clock two minutes ahead", () => ({ clocks: [{ of: BASE, ahead: 120_000 }] }), [`warning clock-skew ${BASE}`]],
  ["a clock an hour behind", () => ({ clocks: [{ of: BASE, ahead: -HOUR }] }), [`error clock-skew ${BASE}`]],
  ["Argo CD as owner", () => owned("argocd-controller", "caBundle"), [`warning gitops-owner ${ABOUT}`]],
  ["Flux as owner", () => owned("kustomize-controller", "url"), [`warning gitops-owner ${ABOUT}`]],
  ["another owner", () => owned("cert-bot", "caBundle"), [`warning other-writer ${ABOUT}`]],
  ["the owner who rendered it", () => owned("kubectl-client-side-apply", "url"), []],
  ["the sync as owner", () => owned("postern-sync", "url"), []],
  ["Argo CD's tracking", () => changed(noted({ "argocd.argoproj.io/tracking-id": "a" })), [`info gitops ${ABOUT}`]],
  [
    "cert-manager's injector",
    () => changed(noted({ "cert-manager.io/inject-ca-from": "a/b" })),
    [`warning ca-injector ${ABOUT}`],
  ],
  [
    "what somebody reverted once",
    () => changed(noted({ "postern.dev/sync-reverted": '{"times":1,"since":"2026-01-01T00:00:00Z"}' })),
    [`warning fight ${ABOUT}`],
  ],
  [
    "a phase that does not end",
    () => changed(noted({ "postern.dev/sync-phase": "narrowing", "postern.dev/sync-since": "2026-01-01T00:00:00Z" })),
    [`warning stuck-phase ${ABOUT}`],
  ],
  ["no CronJob", () => ({ syncJob: "missing" }), ["warning sync-missing CronJob/postern-sync"]],
  [
    "a suspended CronJob",
    () => ({ syncJob: { ...STALE, isSuspended: true } }),
    ["warning sync-suspended CronJob/postern-sync"],
  ],
  [
    "a Deployment without replicas",
    () => ({ syncJob: { replicas: 0, ready: 0 } }),
    ["warning sync-suspended Deployment/postern-sync"],
  ],
  [
    "a Deployment that is not ready",
    () => ({ syncJob: { replicas: 1, ready: 0 } }),
    ["warning sync-failing Deployment/postern-sync"],
  ],
  ["a Deployment that is well", () => ({ syncJob: { replicas: 1, ready: 1 } }), []],
  ["a CronJob that never ran", () => ({ syncJob: STALE }), ["warning sync-stopped CronJob/postern-sync"]],
  [
    "a CronJob whose runs fail",
    () => ({ syncJob: { ...STALE, lastScheduled: Date.now(), lastSuccess: Date.now() - 2 * HOUR } }),
    ["warning sync-failing CronJob/postern-sync"],
  ],
  [
    "a right that is missing",
    () => ({ missingRights: [{ registration: ABOUT, right: "patch it" }] }),
    [`warning sync-lacks-right ${ABOUT}`],
  ],
  [
    "a self-test that failed",
    () => ({ selfTests: [{ gate: "postern", result: "failed", message: "x509" }] }),
    ["error cannot-be-called gate postern"],
  ],
  [
    "a forged self-test",
    () => ({ selfTests: [{ gate: "postern", result: "bad-statement", message: "x" }] }),
    ["warning self-test-unsigned gate postern"],
  ],
  [
    "no self-test",
    () => ({ selfTests: [{ gate: "postern", result: "not-made", message: "403" }] }),
    ["info self-test-not-made gate postern"],
  ],
  [
    "everything, but for kube-system",
    () =>
      changed(
        each(({ matchConditions }) => ({
          matchConditions: Array.isArray(matchConditions)
            ? matchConditions.filter((it) => String(Object(it).expression).includes("kube-system"))
            : [],
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    [`error guard-missing ${ABOUT}`],
  ],
  [
    "everything, with all of the guards",
    () =>
      changed(
        each(({ matchConditions }) => ({
          matchConditions: [
            ...(Array.isArray(matchConditions) ? matchConditions : []),
            { expression: "!(request.resource.group == 'coordination.k8s.io')" },
          ],
          rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    // Whatever the gate would not render may keep anything away.
    ["warning policy-not-called policy deny-labels"],
  ],
  [
    "a byte order mark",
    () => changed(each(config({ caBundle: base64(`\ufeff${own.root}`) }))),
    [`error bad-bundle ${ABOUT}`],
  ],
  [
    "a soak that takes its time",
    () =>
      changed(
        noted({
          "postern.dev/sync-phase": "soaking",
          "postern.dev/sync-since": new Date(Date.now() - 30 * HOUR).toISOString(),
        }),
      ),
    [],
  ],
  ["no matchConditions", () => changed(each(() => ({ matchConditions: [] }))), [`error guard-missing ${ABOUT}`]],
  [
    "kube-system left out by another way",
    () =>
      changed(
        each(() => ({
          matchConditions: [],
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
          },
          rules: [{ apiGroups: ["apps"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"], scope: "*" }],
        })),
      ),
    ["warning policy-not-called policy deny-labels"],
  ],
  [
    "leases, by name",
    () =>
      changed(
        each(({ rules }) => ({
          rules: [
            ...(Array.isArray(rules) ? rules : []),
            {
              apiGroups: ["coordination.k8s.io"],
              apiVersions: ["v1"],
              operations: ["*"],
              resources: ["leases"],
              scope: "*",
            },
          ],
        })),
      ),
    [`warning machinery-called ${ABOUT}`],
  ],
  ["30 seconds", () => changed(each(() => ({ timeoutSeconds: 30 }))), [`warning long-timeout ${ABOUT}`]],
  [
    "Ignore, where a policy enforces",
    () => changed(each(() => ({ failurePolicy: "Ignore" }))),
    [`warning ignores-failures ${ABOUT}`],
  ],
  ["too few rules", () => changed(each(() => ({ rules: [] }))), ["warning policy-not-called policy deny-labels"]],
  [
    "an older gate's hash",
    () => changed(noted({ "postern.dev/registration-hash": "sha256:0" })),
    [`warning outdated-registration ${ABOUT}`],
  ],
  [
    "what could not be seen",
    () => ({ unseen: [{ what: "CronJob/postern-sync", why: "403" }] }),
    ["info not-seen CronJob/postern-sync"],
  ],
  [
    "what a dry run of the sync says",
    async () => {
      const findings = [{ code: "unanchored" as const, about: BASE, message: "x" }];
      const last = { kind: "report", findings } as const;
      const observation = { now: 0, skew: 0, targets: [], endpoints: [], canaryTest: undefined, left: new Map() };
      return { plan: { steps: [last], last, rolledBack: false, observation } };
    },
    [`warning sync-finding ${BASE}`],
  ],
])("%s", async (_, more, found) => {
  const view = await viewOf(own, await more());
  const told = diagnose(view).map(({ severity, code, about }) => `${severity} ${code} ${about}`);
  expect(told).toEqual(found);
});

it("the worst comes first, and a URL's token is not repeated", async () => {
  const url = `${BASE}/k/SECRET/c/other/validate/default`;
  const view = await viewOf(own, { ...(await changed(each(config({ url })))), clocks: [{ of: BASE, ahead: 120_000 }] });
  const severities = diagnose(view).map(({ severity }) => severity);
  expect(severities).toEqual([...severities].sort((left, right) => rank(left) - rank(right)));
  expect(JSON.stringify(diagnose(view))).not.toContain("SECRET");
});

const rank = (severity: string): number => ["error", "warning", "info"].indexOf(severity);

it("another's webhook that fails requests and runs out is named, whoever it calls", async () => {
  const caBundle = base64(await own.chainOf(-89, 1));
  const others = await registrations(own.root, (object) => ({
    ...object,
    metadata: { name: "theirs" },
    webhooks: [{ name: "theirs.example.com", failurePolicy: "Fail", clientConfig: { service: {}, caBundle } }],
  }));
  const told = diagnose(await viewOf(own, { others }));
  expect(told.map(({ code, about }) => `${code} ${about}`)).toEqual([
    "other-webhook-runs-out ValidatingWebhookConfiguration/theirs",
  ]);
});
