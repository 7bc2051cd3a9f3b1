import { FIELD_MANAGER } from "../../../src/sync/target/targetPatch.ts";
import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { claim, INVENTED, inventedEntry, othersChanged } from "../api/foreignManagedFields.ts";
import { CANARY, LEASE, MUTATING, type SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import type { SyncTokenCall } from "./bed/withSyncToken.ts";
import { changed, url } from "./stolenTokenAttempts.ts";

const LEASES = LEASE.slice(0, LEASE.lastIndexOf("/"));
/** The Events, among them one of somebody else with the name `of-another`. */
export const EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
const CREATE = { contentType: "application/json" };
const HASH = `sha256:${"0".repeat(64)}`;
const ROOT = "0".repeat(64);
const TIME = "2026-01-01T00:00:00.000Z";
/** `metadata.annotations` of the sync, by their names without the prefix. */
const own = (values: Readonly<Record<string, string>>): object => ({
  metadata: {
    annotations: Object.fromEntries(Object.entries(values).map(([name, value]) => [`postern.dev/sync-${name}`, value])),
  },
});

/** Values that the sync does not write, by the names of its annotations. */
const FOREIGN_STATE: readonly [name: string, value: string][] = [
  ["reverted", `{"times":99,"since":"${TIME}"}`],
  ["reverted", '{"times":1,"since":"2126-01-01T00:00:00.000Z"}'],
  ["reverted", `{"times":1,"since":"${TIME}","more":1}`],
  ["reverted", ` {"times":1,"since":"${TIME}"}`],
  ["reverted", `{"times":1,"since":"${TIME}"}\n`],
  ["bundle-hash", "sha256:00"],
  ["bundle-hash", `${HASH} `],
  ["url", "http://127.0.0.1"],
  ["url", "https://user@127.0.0.1"],
  ["url", `https://127.0.0.1/${"a".repeat(1_024)}`],
  ["announcement", `999999999999999 ${HASH}`],
  ["announcement", `1000000000000000 ${HASH}`],
  ["announcement", `-1 ${HASH}`],
  ["announcement", `01 ${HASH}`],
  ["announcement", "1"],
  ["phase", "done"],
  ["phase", ""],
  ["since", "9999-12-31T23:59:59.000Z"],
  ["since", "yesterday"],
  ["unused-since", `{"${ROOT}":"2126-01-01T00:00:00.000Z"}`],
  ["unused-since", `{"x":"${TIME}"}`],
  ["unused-since", `{${Array.from({ length: 500 }, () => `"${ROOT}":"${TIME}"`).join(",")}}`],
  ["unasked", `{"${ROOT}":1}`],
  ["snapshot", "{}"],
  ["snapshot", `{"bundles":["${"x".repeat(240_000)}"],"hooks":[]}]}`],
  ["broken-glass", "{}"],
  ["broken-glass", `{"since":"${TIME}","webhooks":["a\\"b"]}`],
  ["other", "1"],
  ["phase2", "soaking"],
];

/** Ends of a URL behind the listed place `https://127.0.0.1:8443/base`, of which few are the call of the registration. */
export const ENDS: readonly string[] = [
  "/c/e2e/validate/default",
  "/c/e2e/validate/default/",
  "/c/e2e/validate/default%00",
  "/c/e2e/validate/default;a",
  "/c/e2e/validate/default/.",
  "/c/e2e/validate/./default",
  "/c/e2e/validate/%64efault",
  "/c/%65%32e/validate/default",
  "//c/e2e/validate/default",
  "/./c/e2e/validate/default",
  "/../base/c/e2e/validate/default",
  "/c/../c/e2e/validate/default",
  "/c/e2e/mutate/default",
  "/c/lab/validate/default",
  "/more/c/e2e/validate/default",
  "/k/to-ken.1_/c/e2e/validate/default",
  "/k/to-ken/c/e2e/validate/default/",
  "/k/..a/c/e2e/validate/default",
  "/k/a..b/c/e2e/validate/default",
  "/k/c/c/e2e/validate/default",
  "/k/k/c/e2e/validate/default",
  "/k/k/k/k/c/e2e/validate/default",
  "/k/c/e2e/validate/default",
  "/k//c/e2e/validate/default",
  "/K/token/c/e2e/validate/default",
  "/k/to%2Fken/c/e2e/validate/default",
  "/k/token/c/lab/validate/default",
  "/k/token/more/c/e2e/validate/default",
  "/more/k/token/c/e2e/validate/default",
  "",
];

/** Places and spellings of a URL in a registration whose URL is at `edge`. */
function foreignUrls(edge: string): readonly string[] {
  const { port } = new URL(edge);
  const [path, host] = ["/c/e2e/validate/default", `127.0.0.1:${port}`];
  return [
    `https://127.0.0.1:1${path}`,
    `https://127.0.0.1${path}`,
    `https://127.0.0.1:443${path}`,
    `https://127.0.0.1:0${port}${path}`,
    `https://127.0.0.1:${path}`,
    `https://${host}/prefix${path}`,
    `https://${host}/c/lab/validate${path}`,
    `https://${host}/c/lab/validate%23${path}`,
    `https://${host}/c/lab/validate%3f${path}`,
    `https://${host}/c/e2e%2fvalidate/default`,
    `https://${host}/c/e2e/validate/default%23`,
    `https://${host}/%2e%2e${path}`,
    `https://${host}/..${path}`,
    `https://${host}/.${path}`,
    `https://${host}/${path}`,
    `https://${host}//c/e2e/validate/default`,
    `https://${host}${path}/`,
    `https://${host}${path}/.`,
    `https://${host}${path}/v2`,
    `https://${host}/c/e2e//validate/default`,
    `https://${host}/C/e2e/validate/default`,
    `https://${host}/c/E2E/validate/default`,
    `https://${host}/k/token/k/token${path}`,
    `https://${host}/k/${path}`,
    `https://${host}/k/to/ken${path}`,
    `https://${host}/k/to%2fken${path}`,
    `https://${host}/k/..${path}`,
    `https://${host}/k/.token${path}`,
    `https://${host}/K/token${path}`,
    `https://${host}/k/token/c/lab/validate/default`,
    `https://${host}/k/token/c/e2e/validate/other`,
    `https://${host}/k/token/more${path}`,
    `https://${host}/more/k/token${path}`,
    `https://${host}/k/${"a".repeat(513)}${path}`,
    `https://127.0.0.1:1/k/token${path}`,
    `https://evil.example.com/k/token${path}`,
    `https://${host}${path}?a=b`,
    `https://${host}${path}#a`,
    `https://${host}/#${path}`,
    `https://${host}/?${path}`,
    `https://${host}\\${path}`,
    `https://${host}/\t${path}`,
    `https://${host}/\u00a0${path}`,
    `https://${host}/\u2024\u2024${path}`,
    `https://user@${host}${path}`,
    `https://127.0.0.1@${host}${path}`,
    `https://127.0.0.1:${port}@evil.example.com${path}`,
    `https://127.0.0.1.:${port}${path}`,
    `https://127.1:${port}${path}`,
    `https://0x7f000001:${port}${path}`,
    `https://[::1]:${port}${path}`,
    `https://[::ffff:127.0.0.1]:${port}${path}`,
    `https://evil.example.com:${port}${path}`,
    `https://127.0.0.1.evil.example.com${path}`,
    `https://\uff11\uff12\uff17.0.0.1:${port}${path}`,
    `HTTPS://${host}${path}`,
    ` https://${host}${path}`,
  ];
}

const claimed = (all: readonly KubeObject[], fieldsV1: object): KubeObject[] => claim(all, FIELD_MANAGER, fieldsV1);
/** The same fields of each webhook. */
const ofWebhooks = ([first]: readonly KubeObject[], parts: object): object => ({
  "f:webhooks": Object.fromEntries(Object.keys(first?.fieldsV1["f:webhooks"]).map((key) => [key, parts])),
});

/** Changes of metadata.managedFields. */
const FOREIGN_OWNERS: readonly [what: string, change: (all: KubeObject[]) => KubeObject[]][] = [
  [
    "claim the rules of a webhook, so that a server-side apply of others conflicts",
    (all) => claimed(all, ofWebhooks(all, { "f:rules": {} })),
  ],
  [
    "claim 1 MB of fields below a URL",
    (all) => claimed(all, ofWebhooks(all, { "f:clientConfig": { "f:url": INVENTED } })),
  ],
  ["claim a label", (all) => claimed(all, { "f:metadata": { "f:labels": { "f:postern.dev/gate": {} } } })],
  [
    "claim the annotation of the hand-over",
    (all) => claimed(all, { "f:metadata": { "f:annotations": { "f:postern.dev/sync": {} } } }),
  ],
  ["claim a webhook that does not exist", (all) => claimed(all, { "f:webhooks": { 'k:{"name":"x"}': { ".": {} } } })],
  ["claim 1 MB of invented annotations", (all) => claimed(all, { "f:metadata": { "f:annotations": INVENTED } })],
  [
    "add the joined entry of old managers",
    (all) => claim(all, "ancient-changes", { "f:metadata": { "f:annotations": INVENTED } }),
  ],
  [
    "empty the parts of another manager's webhooks",
    (all) =>
      all.map(({ fieldsV1, ...entry }) => ({
        ...entry,
        fieldsV1: {
          ...fieldsV1,
          "f:webhooks": Object.fromEntries(
            Object.entries<object>(fieldsV1["f:webhooks"] ?? {}).map(([key, parts]) => [
              key,
              Object.fromEntries(Object.keys(parts).map((part) => [part, {}])),
            ]),
          ),
        },
      })),
  ],
  ...othersChanged(FIELD_MANAGER),
];

const ABOUT = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  name: "postern",
};

/** Changes of the sync's Lease. */
const FOREIGN_LEASES: readonly [what: string, metadata: object, spec: object][] = [
  ["of 68 years", {}, { leaseDurationSeconds: 2_147_483_647 }],
  ["of eleven minutes", {}, { leaseDurationSeconds: 660 }],
  ["without a duration", {}, { leaseDurationSeconds: null }],
  ["without a renewal", {}, { renewTime: null }],
  ["renewed before it was acquired", {}, { acquireTime: "2026-01-01T00:00:01.000000Z" }],
  ["renewed in 2126", {}, { renewTime: "2126-01-01T00:00:00.000000Z" }],
  ["with 2^31-1 transitions", {}, { leaseTransitions: 2_147_483_647 }],
  ["with a holder of 10 KB", {}, { holderIdentity: "x".repeat(10_000) }],
  ["with a holder of two lines", {}, { holderIdentity: "a\nb" }],
  ["with annotations", { annotations: { a: "x".repeat(200_000) } }, {}],
  ["with 1 MB of managedFields", { managedFields: [inventedEntry("coordination.k8s.io/v1")] }, {}],
  ["with labels", { labels: { a: "b" } }, {}],
  ["with a finalizer", { finalizers: ["example.com/stay"] }, {}],
  ["with an owner", { ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "x" }] }, {}],
  ["named postern-rollout", { name: "postern-rollout" }, {}],
  ["named kube-scheduler", { name: "kube-scheduler" }, {}],
];

/** Changes of an Event of the sync. */
const FOREIGN_EVENTS: readonly [what: string, change: object][] = [
  ["of another controller", { reportingController: "kubelet" }],
  ["of another instance", { reportingInstance: "node-1" }],
  ["with another action", { action: "Killing" }],
  ["with a reason of two lines", { reason: "A\nB", action: "A\nB" }],
  ["of another type", { type: "Error" }],
  ["with a name", { metadata: { name: "kube-system.x", namespace: "default" } }],
  ["with annotations", { metadata: { generateName: "postern-sync-", annotations: { a: "b" } } }],
  [
    "with 1 MB of managedFields",
    { metadata: { generateName: "postern-sync-", managedFields: [inventedEntry("events.k8s.io/v1")] } },
  ],
  ["about an object with a uid of 100 KB", { regarding: { ...ABOUT, uid: "x".repeat(100_000) } }],
  ["with a series", { series: { count: 9, lastObservedTime: "2026-01-01T00:00:00.000000Z" } }],
  ["with a related object", { related: { kind: "Pod", name: "x", namespace: "default" } }],
  ["of the old source kubelet", { deprecatedSource: { component: "kubelet" } }],
  ["of 2 KB", { note: "x".repeat(2_000) }],
  ["about a Node", { regarding: { apiVersion: "v1", kind: "Node", name: "node-1" } }],
  ["about a Pod", { regarding: { apiVersion: "v1", kind: "Pod", name: "x", namespace: "default" } }],
  [
    "about a ClusterRole",
    { regarding: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "x" } },
  ],
];

/** A Lease that the sync may write. */
export const leaseWith = (metadata: object = {}, spec: object = {}): object => ({
  metadata: { name: "postern-sync", ...metadata },
  spec: {
    holderIdentity: "x",
    leaseDurationSeconds: 60,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
    leaseTransitions: 0,
    ...spec,
  },
});

/** An Event that the sync may create. */
export const eventWith = (change: object = {}): object => ({
  metadata: { generateName: "postern-sync-", namespace: "default" },
  eventTime: "2026-01-01T00:00:00.000000Z",
  reportingController: "postern.dev/sync",
  reportingInstance: "postern-sync",
  action: "Confirmed",
  reason: "Confirmed",
  regarding: ABOUT,
  type: "Normal",
  note: "ok",
  ...change,
});

/** Values of other forms, places and names that a stolen token of the sync may not write, by name. */
export function stolenTokenForms(
  bed: () => SyncBed,
  callOf: () => SyncTokenCall,
): readonly [what: string, send: () => Promise<ApiAnswer>][] {
  const call: SyncTokenCall = (...args) => callOf()(...args);
  const managedFields = async (change: (entries: KubeObject[]) => unknown[]): Promise<ApiAnswer> =>
    call("PATCH", VALIDATING, {
      metadata: { managedFields: change((await bed().live(VALIDATING)).metadata.managedFields) },
    });
  const bundle = (size: number): string => Buffer.from(" ".repeat(size)).toString("base64");
  const withBundle = (caBundle: string) => (webhook: KubeObject) => ({
    ...webhook,
    clientConfig: { ...webhook.clientConfig, caBundle },
  });
  return [
    ...FOREIGN_STATE.map(([name, value]): [string, () => Promise<ApiAnswer>] => [
      `set the annotation ${name} to ${value.slice(0, 60)}`,
      () => call("PATCH", VALIDATING, own({ [name]: value })),
    ]),
    ["set an annotation of the canary", () => call("PATCH", CANARY, own({ phase: "soaking" }))],
    ["change the roots of the hand-over", () => call("PATCH", VALIDATING, roots(ROOT))],
    ["remove the roots of the hand-over", () => call("PATCH", VALIDATING, roots(null))],
    ...foreignUrls("https://127.0.0.1:PORT".replace("PORT", "12345")).map(
      (foreign, index): [string, () => Promise<ApiAnswer>] => [
        `set the URL ${JSON.stringify(foreign)}`,
        async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, url(urlAt(bed(), index)))),
      ],
    ),
    ...["?a", "/self-test-xyz", "/default", "/self-test-0/a", "%2f", "/self-test-0#"].map(
      (end): [string, () => Promise<ApiAnswer>] => [
        `set the URL of the canary to one that ends with ${end}`,
        async () => call("PATCH", CANARY, await changed(bed(), CANARY, url(`${bed().edge.url}/c/e2e/validate${end}`))),
      ],
    ),
    [
      "set a caBundle of 700 KB of blanks",
      async () => call("PATCH", VALIDATING, await changed(bed(), VALIDATING, withBundle(bundle(700_000)))),
    ],
    [
      "set a caBundle of 301 KB",
      async () => call("PATCH", MUTATING, await changed(bed(), MUTATING, withBundle(bundle(301_000)))),
    ],
    ["empty managedFields", () => managedFields(() => [{}])],
    ["set managedFields to an empty list", () => managedFields(() => [])],
    ["remove the managedFields of others", () => managedFields((all) => all.filter(isOfSync))],
    ["add managedFields of another manager", () => managedFields((all) => [...all, { ...all[0], manager: "x" }])],
    [
      "take annotations from another manager",
      () => managedFields((all) => all.map((it) => ({ ...it, fieldsV1: { ...it.fieldsV1, "f:metadata": {} } }))),
    ],
    ...FOREIGN_OWNERS.map(([what, change]): [string, () => Promise<ApiAnswer>] => [
      `write managedFields that ${what}`,
      () => managedFields(change),
    ]),
    ["write as another field manager", () => call("PATCH", VALIDATING, own({ phase: "soaking" }), manager("kubectl"))],
    ...FOREIGN_LEASES.map(([what, metadata, spec]): [string, () => Promise<ApiAnswer>] => [
      `create a Lease ${what}`,
      () => call("POST", LEASES, leaseWith(metadata, spec), CREATE),
    ]),
    [
      "create a Lease in kube-system",
      () => call("POST", LEASES.replace("postern-system", "kube-system"), leaseWith(), CREATE),
    ],
    ["delete its Lease", () => call("DELETE", LEASE)],
    ...FOREIGN_EVENTS.map(([what, change]): [string, () => Promise<ApiAnswer>] => [
      `create an Event ${what}`,
      () => call("POST", EVENTS, eventWith(change), CREATE),
    ]),
    ["change an Event", () => call("PATCH", `${EVENTS}/of-another`, { note: "x" })],
    ["delete an Event", () => call("DELETE", `${EVENTS}/of-another`)],
  ];
}

function urlAt(bed: SyncBed, index: number): string {
  return foreignUrls(bed.edge.url)[index] ?? "";
}

function roots(value: string | null): object {
  return { metadata: { annotations: { "postern.dev/roots": value } } };
}

function isOfSync({ manager: name }: KubeObject): boolean {
  return name === FIELD_MANAGER;
}

function manager(fieldManager: string): { readonly query: Record<string, string> } {
  return { query: { fieldManager } };
}
