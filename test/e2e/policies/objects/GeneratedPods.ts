import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import {
  ANNOTATIONS,
  CONTAINER_FIELDS,
  type FieldValues,
  ODD_ANNOTATIONS,
  ODD_VOLUMES,
  POD_FIELDS,
  VOLUMES,
} from "./podFields.ts";
import { SeededRandom } from "./SeededRandom.ts";

/** Options of {@link GeneratedPods}. */
export interface GeneratedPodsOptions {
  readonly seed: number;
  /** Also values that API validation does not accept, nulls, ephemeral containers and many changes at once. Default: no. */
  readonly isOdd?: boolean;
}

const IMAGE = "registry.example.com/app:1";
/** Meets the level restricted. */
const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/**
 * Random Pods, the same ones for the same seed. Each starts with a Pod that meets a level, and has a few fields changed that a
 * control of the Pod Security Standards reads.
 */
export class GeneratedPods {
  readonly #random: SeededRandom;
  readonly #isOdd: boolean;
  #count = 0;

  constructor({ seed, isOdd = false }: GeneratedPodsOptions) {
    this.#random = new SeededRandom(seed);
    this.#isOdd = isOdd;
  }

  /** The next `count` Pods. */
  take(count: number): KubeObject[] {
    return Array.from({ length: count }, () => this.next());
  }

  next(): KubeObject {
    this.#count += 1;
    const random = this.#random;
    const pod = this.#base();
    const changes = random.int(this.#isOdd ? 9 : 4);
    for (let change = 0; change < changes; change += 1) this.#change(pod);
    return pod;
  }

  #base(): KubeObject {
    const random = this.#random;
    const isRestricted = !random.oneIn(3);
    const isWindows = random.oneIn(8);
    const container = (name: string): KubeObject => ({
      name,
      image: IMAGE,
      ...(isRestricted && !isWindows ? { securityContext: structuredClone(RESTRICTED) } : {}),
    });
    const profile = isWindows ? {} : { seccompProfile: { type: "RuntimeDefault" } };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `generated-${this.#count}` },
      spec: {
        ...(isWindows ? { os: { name: "windows" } } : {}),
        ...(isRestricted ? { securityContext: { runAsNonRoot: true, ...profile } } : {}),
        containers: ["app", ...(random.oneIn(2) ? ["second"] : [])].map(container),
        ...(random.oneIn(3) ? { initContainers: [container("init")] } : {}),
        ...(this.#isOdd && random.oneIn(4) ? { ephemeralContainers: [container("debugger")] } : {}),
      },
    };
  }

  #change(pod: KubeObject): void {
    const { spec, metadata } = pod;
    const random = this.#random;
    switch (random.int(8)) {
      case 0:
      case 1:
        this.#setField(spec, POD_FIELDS);
        return;
      case 2: {
        const source = this.#isOdd && random.oneIn(6) ? random.pick(ODD_VOLUMES) : random.pick(VOLUMES);
        spec.volumes = [...(spec.volumes ?? []), { name: `volume-${spec.volumes?.length ?? 0}`, ...source }];
        return;
      }
      case 3: {
        const { key, values } = random.pick(this.#isOdd && random.oneIn(4) ? ODD_ANNOTATIONS : ANNOTATIONS);
        metadata.annotations = { ...metadata.annotations, [key]: random.pick(values) };
        return;
      }
      case 4:
        this.#combine(pod);
        return;
      default: {
        const lists = [spec.containers, spec.initContainers ?? [], spec.ephemeralContainers ?? []];
        this.#setField(random.pick(lists.flat()), CONTAINER_FIELDS);
      }
    }
  }

  /** Fields that API validation accepts only together. */
  #combine({ spec }: KubeObject): void {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const first = this.#random.pick(containers);
    first.securityContext ??= {};
    switch (this.#random.int(4)) {
      case 0:
        spec.hostUsers = false;
        first.securityContext.procMount = "Unmasked";
        return;
      case 1:
        delete first.securityContext.allowPrivilegeEscalation;
        first.securityContext.privileged = true;
        return;
      case 2:
        spec.os = { name: "windows" };
        spec.hostNetwork = true;
        spec.securityContext = { windowsOptions: { hostProcess: true } };
        for (const container of containers) delete container.securityContext;
        return;
      default:
        spec.hostUsers = false;
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: false, runAsUser: 0 };
        for (const container of containers) container.securityContext = { ...container.securityContext, runAsUser: 0 };
    }
  }

  #setField(at: KubeObject, fields: readonly FieldValues[]): void {
    const random = this.#random;
    const { path, values, odd = [] } = random.pick(fields);
    const isNull = this.#isOdd && random.oneIn(10);
    const value = isNull ? null : random.pick(this.#isOdd ? [...values, ...odd] : values);
    const keys = path.split(".");
    const last = keys.pop() ?? path;
    let owner = at;
    for (const key of keys) {
      owner[key] ??= {};
      owner = owner[key];
    }
    if (value === undefined) delete owner[last];
    else owner[last] = structuredClone(value);
  }
}
