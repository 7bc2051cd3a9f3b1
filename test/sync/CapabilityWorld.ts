import { generateKeyPairSync } from "node:crypto";
import { CompactSign } from "jose";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/KubernetesApi.ts";
import { splitBase, splitGateUrl } from "../../src/protocol/gateUrl.ts";
import { statedUrl } from "../../src/protocol/statedUrl.ts";
import { SELF_TEST_KIND, SELF_TEST_VERSION, selfTestGroup } from "../../src/registration/selftest/selfTestNames.ts";
import { NONCE_ANNOTATION, STATEMENT_TYPE } from "../../src/registration/selftest/selfTestObjects.ts";
import { SyncCluster } from "../../src/sync/apply/SyncCluster.ts";
import type { SyncConfig, SyncGoal } from "../../src/sync/goal/SyncConfig.ts";
import { runSync, type SyncDeps, type SyncRun } from "../../src/sync/runSync.ts";
import { type SyncTarget, targetName } from "../../src/sync/target/SyncTarget.ts";
import { readState, stateAnnotations } from "../../src/sync/target/TargetState.ts";
import type { TargetWrite } from "../../src/sync/target/TargetWrite.ts";
import { readableCertificates, trustHash } from "../../src/trust/bundle.ts";
import { madeCapability } from "./capability/madeCapability.ts";
import { makeCas, SyncWorld } from "./SyncWorld.ts";

/** A gate that takes only capabilities, a cluster that calls it, and the runs of its sync. No time passes but by `now`. */
export class CapabilityWorld extends SyncCluster {
  now: number;
  goal: SyncGoal;
  targetsNow: readonly SyncTarget[];
  /** The capabilities that the gate accepts. */
  readonly accepted = new Set<string>();
  /** What the gate issues at the next call, or why it issues nothing. */
  issue: () => string | Error;
  fetches = 0;
  readonly writes: string[] = [];
  readonly #world: SyncWorld;
  readonly #key = generateKeyPairSync("ed25519");

  private constructor(world: SyncWorld) {
    super(() => Promise.reject(new Error("no API server is called")), "g");
    this.#world = world;
    this.now = world.now;
    this.goal = { ...world.goal, capability: { token: undefined, graceMs: 7 * 86_400_000 } };
    this.targetsNow = world.targets;
    this.issue = () => this.fresh();
  }

  static async create(): Promise<CapabilityWorld> {
    const goal = { gate: "g", cluster: "prod", url: undefined, soakMs: 3_600_000 };
    return new CapabilityWorld(new SyncWorld(await makeCas(1), goal, [0], [0], { conversions: true }));
  }

  /** A capability that the gate has issued now, or some time ago. */
  fresh({ agoMs = 0, jti = "jti" } = {}): string {
    const token = madeCapability({ issuedMs: this.now - agoMs, jti });
    this.accepted.add(token);
    return token;
  }

  /** Puts a capability into the URLs of the registrations whose index `which` accepts. */
  place(token: string, which: (index: number) => boolean = () => true): void {
    this.targetsNow = this.targetsNow.map((target, index) =>
      which(index)
        ? {
            ...target,
            hooks: target.hooks.map((hook) => {
              const { base = "", path = "" } = splitGateUrl(hook.url, "prod") ?? {};
              return { ...hook, url: `${splitBase(base).place}/k/${token}${path}` };
            }),
          }
        : target,
    );
  }

  /** The capabilities in the URLs, one for each webhook. */
  inForce(): (string | undefined)[] {
    return this.targetsNow.flatMap(({ hooks }) => hooks.map(({ url }) => tokenOf(url)));
  }

  async sync({ dryRun = false, ...more }: { dryRun?: boolean } & Partial<SyncDeps> = {}): Promise<SyncRun> {
    const { endpoints } = this.#world.observe();
    const { x = "" } = this.#key.publicKey.export({ format: "jwk" });
    return runSync(
      {
        config: { ...CONFIG, goal: this.goal, publicKey: { kty: "OKP", crv: "Ed25519", x } },
        apis: async () => ({ apis: [(request) => this.#selfTest(request)], isPartial: false }),
        cluster: this,
        lease: { hold: async () => true, release: async () => undefined },
        view: async (base) => endpoints.find((it) => it.base === base) ?? { base, handshakes: [] },
        now: () => this.now,
        fetchCapability: async () => {
          this.fetches += 1;
          const issued = this.issue();
          if (issued instanceof Error) throw issued;
          return issued;
        },
        ...more,
      },
      { dryRun },
    );
  }

  override async targets(): Promise<SyncTarget[]> {
    return [...this.targetsNow];
  }

  override async write({ target, hooks, state }: TargetWrite): Promise<void> {
    this.writes.push(targetName(target));
    this.targetsNow = this.targetsNow.map((it) => {
      if (targetName(it) !== targetName(target)) return it;
      const changed = it.hooks.map((hook) => ({ ...hook, ...hooks.find(({ name }) => name === hook.name) }));
      return { ...it, hooks: changed, state: readState(stateAnnotations(state)) };
    });
  }

  override async event(): Promise<void> {
    // Nobody reads them here.
  }

  override async refusesCapability(): Promise<boolean> {
    const token = tokenOf(this.targetsNow.find(({ isCanary }) => isCanary)?.hooks[0]?.url ?? "");
    return token === undefined || !this.accepted.has(token);
  }

  /** As an API server answers a self-test. Time passes with each, so that a test that does not pass ends. */
  async #selfTest({ path, body }: ApiRequest): Promise<ApiResponse> {
    this.now += 1;
    const isWebhook = path.includes("configmaps");
    const canary = this.targetsNow.find((it) => it.isCanary && it.kind.endsWith("WebhookConfiguration") === isWebhook);
    const [{ url, bundle } = { url: "", bundle: "" }] = canary?.hooks ?? [];
    const start = isWebhook
      ? 'admission webhook "canary.g" denied the request: '
      : `conversion webhook for ${selfTestGroup("g")}/${SELF_TEST_VERSION}, Kind=${SELF_TEST_KIND} failed: `;
    if (!this.accepted.has(tokenOf(url) ?? "")) {
      const failed = isWebhook
        ? 'Internal error occurred: failed calling webhook "canary.g": failed to call webhook: '
        : start;
      return status(500, `${failed}the server has asked for the client to provide credentials`);
    }
    const { annotations } = Object(Object(body).metadata);
    const statement = {
      nonce: annotations[NONCE_ANNOTATION],
      bundleHash: trustHash(readableCertificates(bundle)),
      cluster: "prod",
      url: await statedUrl(url),
      iat: Math.floor(this.now / 1_000),
      registrationHash: "",
    };
    const jws = await new CompactSign(Buffer.from(JSON.stringify(statement)))
      .setProtectedHeader({ alg: "EdDSA", typ: STATEMENT_TYPE })
      .sign(this.#key.privateKey);
    return status(403, `${start}signed statement: ${jws}`);
  }
}

function status(code: number, message: string): ApiResponse {
  return { status: code, body: { kind: "Status", message } };
}

/** The capability in a URL. */
export function tokenOf(url: string): string | undefined {
  return splitBase(splitGateUrl(url, "prod")?.base ?? "").token;
}

const CONFIG: Omit<SyncConfig, "goal" | "publicKey"> = {
  timeouts: { handshakeMs: 1, probeMs: 1, canaryMs: 1, leaseMs: 1_000, nextMs: 1 },
  hosts: [],
  catalogues: [],
  intervalMs: 60_000,
  jitterMs: 0,
  load: undefined,
  capability: { tokenFile: "token", url: undefined },
  next: undefined,
};
