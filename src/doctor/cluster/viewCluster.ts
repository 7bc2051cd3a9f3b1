import type { CallHttp } from "../../http/callHttp.ts";
import type { KubernetesApi } from "../../kubernetes/KubernetesApi.ts";
import { KubernetesError } from "../../kubernetes/KubernetesError.ts";
import { SYNC_NAME, SYNC_USER, SYSTEM_NAMESPACE } from "../../registration/conditions/guardConditions.ts";
import { GATE_LABEL } from "../../registration/render/renderRegistrations.ts";
import type { SyncConfig } from "../../sync/goal/SyncConfig.ts";
import type { SyncRun } from "../../sync/runSync.ts";
import { hostOfPlace } from "../../sync/target/hostOfPlace.ts";
import { type TargetKind, targetName } from "../../sync/target/SyncTarget.ts";
import type { EndpointView } from "../../trust/EndpointView.ts";
import { asObject, asObjects, asText } from "./asObject.ts";
import { ClusterReader } from "./ClusterReader.ts";
import type { ClusterView, GateSources, MissingRight, OtherClock, SelfTestResult } from "./ClusterView.ts";
import { baseOf } from "./gateHooks.ts";
import { type LiveRegistration, readRegistration } from "./LiveRegistration.ts";
import { readManagedCertificate } from "./ManagedCertificate.ts";
import { readServiceSecrets, servicesWithoutCertificate } from "./readServiceSecrets.ts";
import { readSyncJob } from "./readSyncJob.ts";
import { runSelfTest } from "./runSelfTest.ts";

/** Dependencies of {@link viewCluster}, and what to view. */
export interface ViewDeps {
  readonly api: KubernetesApi;
  readonly now: () => number;
  /** Makes handshakes with an endpoint. Never rejects. */
  readonly view: (base: string) => Promise<EndpointView>;
  readonly call: CallHttp;
  /** The name of the cluster in the gate; undefined to use the annotation of each registration. */
  readonly cluster: string | undefined;
  readonly config: SyncConfig | undefined;
  readonly sources: GateSources | undefined;
  /** Makes a dry run of the sync; undefined without its config. */
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
/** The default of `postern sync`. */
const DEFAULT_SOAK_MS = 24 * 3_600_000;
/** For the `/healthz` of an endpoint. Only its Date header is used. */
const CLOCK_TIMEOUT_MS = 5_000;
const CLOCK_MAX_BYTES = 64 * 1024;

/**
 * Reads everything that the checks need. Changes nothing. Throws {@link KubernetesError} `cluster-refused` if webhook
 * configurations cannot be listed.
 */
export async function viewCluster(deps: ViewDeps): Promise<ClusterView> {
  const { config, sources, now } = deps;
  const reader = new ClusterReader(deps.api, now);
  const gate = config?.goal.gate ?? sources?.gate.name;
  const all = await registrationsOf(reader);
  const isOwn = (it: LiveRegistration): boolean =>
    it.gate === undefined
      ? it.hooks.some(({ url }) => baseOf(url) !== undefined)
      : gate === undefined || it.gate === gate;
  const registrations = all.filter(isOwn);
  const bases = new Set(registrations.flatMap(({ hooks }) => hooks.flatMap(({ url }) => baseOf(url) ?? [])));
  if (config?.goal.url !== undefined) bases.add(config.goal.url);
  const handedOver = registrations.filter(({ isHandedOver }) => isHandedOver);
  const certificates = (await reader.listIfKnown("Certificates of cert-manager", CERTIFICATES))?.map(
    readManagedCertificate,
  );
  const [endpoints, clocks, syncJob, places, missingRights, selfTests, serviceSecrets, served] = await Promise.all([
    Promise.all([...bases].map((base) => deps.view(base))),
    Promise.all([...bases].map((base) => clockOf(base, deps))),
    handedOver.length === 0 ? undefined : readSyncJob(reader),
    handedOver.length === 0 ? undefined : placesOf(reader),
    missingRightsOf(reader, handedOver),
    selfTestsOf(reader, registrations, deps),
    readServiceSecrets(reader, servicesWithoutCertificate(all, certificates ?? [])),
    servedVersions(reader),
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
    hosts: places?.map(hostOfPlace),
    places,
    wantedUrl: config?.goal.url,
    syncJob,
    missingRights: syncJob === undefined || syncJob === "missing" ? [] : missingRights,
    selfTests,
    soakMs: config?.goal.soakMs ?? DEFAULT_SOAK_MS,
    served,
    plan: await deps.plan?.(),
    sources,
    unseen: reader.unseen,
  };
}

async function registrationsOf(reader: ClusterReader): Promise<LiveRegistration[]> {
  const read = async (kind: TargetKind, path: string): Promise<LiveRegistration[] | undefined> =>
    (await reader.list(`${kind}s`, path))?.flatMap((item) => readRegistration(kind, item) ?? []);
  // CRDs are large. Those that a gate converts have its label.
  const lists = await Promise.all([
    read("ValidatingWebhookConfiguration", `${ADMISSION}/validatingwebhookconfigurations`),
    read("MutatingWebhookConfiguration", `${ADMISSION}/mutatingwebhookconfigurations`),
    read("CustomResourceDefinition", `${DEFINITIONS}?labelSelector=${encodeURIComponent(GATE_LABEL)}`),
  ]);
  const unseen = reader.unseen.find(({ what }) => what.endsWith("WebhookConfigurations"));
  if (unseen !== undefined)
    throw new KubernetesError("cluster-refused", `${unseen.what} cannot be listed: ${unseen.reason}`);
  return lists.flatMap((list) => list ?? []);
}

async function clockOf(base: string, { call, now }: ViewDeps): Promise<OtherClock | undefined> {
  try {
    // The clock only leads to a finding. The chain is verified by other checks.
    const answer = await call({
      url: `${base}/healthz`,
      timeoutMs: CLOCK_TIMEOUT_MS,
      maxBytes: CLOCK_MAX_BYTES,
      ca: false,
    });
    const date = Date.parse(answer.header("date") ?? "");
    return Number.isNaN(date) ? undefined : { of: base, aheadMs: date - now() };
  } catch {
    return undefined;
  }
}

/** The versions that the cluster serves, by group. The core group has only v1. */
async function servedVersions(reader: ClusterReader): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const list = await reader.get("API groups", "/apis");
  if (list === undefined || list === "missing") return undefined;
  const groups = asObjects(list.groups).map(({ name, versions }): [string, string[]] => [
    asText(name) ?? "",
    asObjects(versions).flatMap(({ version }) => asText(version) ?? []),
  ]);
  return new Map([["", ["v1"]], ...groups]);
}

async function placesOf(reader: ClusterReader): Promise<readonly string[] | undefined> {
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps/${SYNC_NAME}`;
  const map = await reader.get(`ConfigMap/${SYNC_NAME}`, path);
  if (map === undefined || map === "missing") return undefined;
  const { hosts } = asObject(map.data);
  return typeof hosts === "string" ? hosts.split("\n").map((line) => line.trim()) : undefined;
}

async function missingRightsOf(
  reader: ClusterReader,
  handedOver: readonly LiveRegistration[],
): Promise<MissingRight[]> {
  const missing: MissingRight[] = [];
  for (const registration of handedOver) {
    const [group, resource] = RESOURCES[registration.kind];
    const permission = { verb: "patch", group, resource, name: registration.name };
    const isAllowed = await reader.isAllowed("rights of the sync", SYNC_USER, permission);
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
      return runSelfTest(reader.ask.bind(reader), { gate, canary, publicKey, now });
    }),
  );
}
