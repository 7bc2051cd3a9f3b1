import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { SYNC_NAME, SYNC_USER, SYSTEM_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import { GATE_LABEL } from "../../registration/render/renderRegistrations.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { SyncError } from "../../sync/SyncError.ts";
import { type TargetKind, targetName } from "../../sync/target/SyncTarget.ts";
import type { CallHttp } from "../../trust/probe/callHttp.ts";
import type { EndpointView } from "../../trust/probe/EndpointView.ts";
import { askSelfTest } from "./askSelfTest.ts";
import { ClusterReader } from "./ClusterReader.ts";
import type { ClusterView, GateSources, MissingRight, OtherClock, SelfTestResult } from "./ClusterView.ts";
import { gateBase } from "./gateHooks.ts";
import { type LiveRegistration, readRegistration } from "./LiveRegistration.ts";
import { readManagedCertificate } from "./ManagedCertificate.ts";
import { serviceSecretsOf, servicesWithout } from "./serviceSecretsOf.ts";
import { syncJobOf } from "./syncJobOf.ts";

/** What is looked at, and with what. */
export interface ViewDeps {
  readonly api: KubernetesApi;
  readonly now: () => number;
  /** Looks at an endpoint; never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
  readonly call: CallHttp;
  /** The cluster, as the gate knows it; undefined where each registration's own word counts. */
  readonly cluster: string | undefined;
  readonly config: SyncConfig | undefined;
  readonly sources: GateSources | undefined;
  /** Runs the sync dry; undefined without its config. */
  readonly plan: (() => Promise<SyncRun>) | undefined;
}

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CERTIFICATES = "/apis/cert-manager.io/v1/certificates";
const RESOURCES: Readonly<Record<TargetKind, readonly [group: string, resource: string]>> = {
  ValidatingWebhookConfiguration: ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
  MutatingWebhookConfiguration: ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
  CustomResourceDefinition: ["apiextensions.k8s.io", "customresourcedefinitions"],
};
/** `postern sync` without a config's own. In milliseconds. */
const SOAK = 24 * 3_600_000;
/** For an endpoint's `/healthz`, of which only the date counts. */
const CLOCK_TIMEOUT = 5_000;
const CLOCK_BYTES = 64 * 1024;

/** Looks at everything that the checks follow from. Changes nothing. Throws {@link SyncError} where registrations cannot be read. */
export async function viewCluster(deps: ViewDeps): Promise<ClusterView> {
  const { config, sources, now } = deps;
  const reader = new ClusterReader(deps.api, now);
  const gate = config?.goal.gate ?? sources?.gate.name;
  const all = await registrationsOf(reader);
  const isOwn = (it: LiveRegistration): boolean =>
    it.gate === undefined
      ? it.hooks.some(({ url }) => gateBase(url) !== undefined)
      : gate === undefined || it.gate === gate;
  const registrations = all.filter(isOwn);
  const bases = new Set(registrations.flatMap(({ hooks }) => hooks.flatMap(({ url }) => gateBase(url) ?? [])));
  if (config?.goal.url !== undefined) bases.add(config.goal.url);
  const handed = registrations.filter(({ isHandedOver }) => isHandedOver);
  const certificates = (await reader.listIfKnown("Certificates of cert-manager", CERTIFICATES))?.map(
    readManagedCertificate,
  );
  const [endpoints, clocks, syncJob, hosts, missingRights, selfTests, serviceSecrets] = await Promise.all([
    Promise.all([...bases].map((base) => deps.view(base))),
    Promise.all([...bases].map((base) => clockOf(base, deps))),
    handed.length === 0 ? undefined : syncJobOf(reader),
    handed.length === 0 ? undefined : hostsOf(reader),
    rightsOf(reader, handed),
    selfTestsOf(reader, registrations, deps),
    serviceSecretsOf(reader, servicesWithout(all, certificates ?? [])),
  ]);
  return {
    now: now(),
    gate,
    cluster: deps.cluster ?? config?.goal.cluster,
    registrations,
    others: all.filter((it) => !isOwn(it)),
    endpoints,
    clocks: [reader.clock, ...clocks].filter((it) => it !== undefined),
    certificates: certificates ?? [],
    serviceSecrets,
    hosts,
    syncJob,
    missingRights: syncJob === undefined || syncJob === "missing" ? [] : missingRights,
    selfTests,
    soak: config?.goal.soak ?? SOAK,
    plan: await deps.plan?.(),
    sources,
    unseen: reader.unseen,
  };
}

async function registrationsOf(reader: ClusterReader): Promise<LiveRegistration[]> {
  const read = async (kind: TargetKind, path: string): Promise<LiveRegistration[] | undefined> =>
    (await reader.list(`${kind}s`, path))?.flatMap((item) => readRegistration(kind, item) ?? []);
  // CRDs are large, and those that a gate converts carry its label.
  const lists = await Promise.all([
    read("ValidatingWebhookConfiguration", `${ADMISSION}/validatingwebhookconfigurations`),
    read("MutatingWebhookConfiguration", `${ADMISSION}/mutatingwebhookconfigurations`),
    read("CustomResourceDefinition", `${DEFINITIONS}?labelSelector=${encodeURIComponent(GATE_LABEL)}`),
  ]);
  const unseen = reader.unseen.find(({ what }) => what.endsWith("WebhookConfigurations"));
  if (unseen !== undefined) throw new SyncError("refused-by-cluster", `${unseen.what} cannot be listed: ${unseen.why}`);
  return lists.flatMap((list) => list ?? []);
}

async function clockOf(base: string, { call, now }: ViewDeps): Promise<OtherClock | undefined> {
  try {
    // What a clock says decides nothing, and the chain is looked at elsewhere.
    const answer = await call({ url: `${base}/healthz`, timeout: CLOCK_TIMEOUT, bytes: CLOCK_BYTES, ca: false });
    const date = Date.parse(answer.header("date") ?? "");
    return Number.isNaN(date) ? undefined : { of: base, ahead: date - now() };
  } catch {
    return undefined;
  }
}

async function hostsOf(reader: ClusterReader): Promise<readonly string[] | undefined> {
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps/${SYNC_NAME}`;
  const map = await reader.get(`ConfigMap/${SYNC_NAME}`, path);
  if (map === undefined || map === "missing") return undefined;
  const { hosts } = objectOf(map.data);
  return typeof hosts === "string" ? hosts.split("\n").map((line) => line.trim()) : undefined;
}

async function rightsOf(reader: ClusterReader, handed: readonly LiveRegistration[]): Promise<MissingRight[]> {
  const missing: MissingRight[] = [];
  for (const registration of handed) {
    const [group, resource] = RESOURCES[registration.kind];
    const wanted = { verb: "patch", group, resource, name: registration.name };
    const isAllowed = await reader.isAllowed("rights of the sync", SYNC_USER, wanted);
    if (isAllowed === undefined) return [];
    if (!isAllowed) missing.push({ registration: targetName(registration), right: "patch it" });
  }
  return missing;
}

function selfTestsOf(
  reader: ClusterReader,
  registrations: readonly LiveRegistration[],
  { config, now }: ViewDeps,
): Promise<SelfTestResult[]> {
  const gates = [...new Set(registrations.flatMap(({ gate }) => gate ?? []))];
  return Promise.all(
    gates.map((gate) => {
      const canary = registrations.find(
        (it) => it.isCanary && it.gate === gate && it.kind === "ValidatingWebhookConfiguration",
      );
      const publicKey = config?.goal.gate === gate ? config.publicKey : undefined;
      return askSelfTest(reader.ask.bind(reader), { gate, canary, publicKey, now });
    }),
  );
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
