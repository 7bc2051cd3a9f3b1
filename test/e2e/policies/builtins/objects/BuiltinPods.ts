import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import { GeneratedPods } from "../../objects/GeneratedPods.ts";
import { SeededRandom } from "../../objects/SeededRandom.ts";
import { NAMESPACES, SERVICE_ACCOUNTS } from "./namespaces.ts";
import { pickFields } from "./pickFields.ts";
import {
  ANY_IMAGES,
  CONTAINER_FIELDS,
  IMAGE_VOLUMES,
  LISTED_IMAGES,
  POD_ANNOTATIONS,
  POD_FIELDS,
  POD_LABELS,
  SPEC_FIELDS,
} from "./podChoices.ts";

/** Random Pods with the fields that a built-in policy reads, the same ones for the same seed. */
export class BuiltinPods {
  readonly #pods: GeneratedPods;
  readonly #oddPods: GeneratedPods;
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#pods = new GeneratedPods({ seed });
    this.#oddPods = new GeneratedPods({ seed: seed + 2, isOdd: true });
    this.#random = new SeededRandom(seed + 1);
  }

  /** The next `count` Pods. */
  take(count: number): KubeObject[] {
    return Array.from({ length: count }, () => this.next());
  }

  next(): KubeObject {
    const random = this.#random;
    const pod = (random.oneIn(12) ? this.#oddPods : this.#pods).next();
    const { spec, metadata } = pod;
    // They cannot be created.
    delete spec.ephemeralContainers;
    metadata.namespace = random.pick(NAMESPACES);
    if (!random.oneIn(4)) metadata.labels = { ...metadata.labels, ...pickFields(random, POD_LABELS) };
    if (!random.oneIn(4)) metadata.annotations = { ...metadata.annotations, ...pickFields(random, POD_ANNOTATIONS) };
    Object.assign(spec, pickFields(random, SPEC_FIELDS));
    if (spec.serviceAccountName === undefined && random.oneIn(8)) spec.serviceAccount = random.pick(SERVICE_ACCOUNTS);
    const isWindows = spec.os?.name === "windows";
    if (!isWindows && random.oneIn(2))
      spec.securityContext = { ...spec.securityContext, ...pickFields(random, POD_FIELDS) };
    this.#addVolumes(spec);
    this.#setContainers(spec, isWindows);
    return pod;
  }

  /** All containers of some Pods have what a policy requires, and of others some. */
  #setContainers({ containers, initContainers }: KubeObject, isWindows: boolean): void {
    const random = this.#random;
    const images = random.pick([LISTED_IMAGES, LISTED_IMAGES, ANY_IMAGES]);
    const goodOfTwelve = random.pick([12, 9, 0]);
    for (const container of [...containers, ...(initContainers ?? [])]) {
      container.image = random.pick(images);
      for (const [path, { good, any }] of Object.entries(CONTAINER_FIELDS)) {
        if (isWindows && path.startsWith("securityContext")) continue;
        setAt(container, path, random.pick(random.int(12) < goodOfTwelve ? good : any));
      }
    }
    for (const container of initContainers ?? []) {
      // Only sidecars may have these.
      if (random.oneIn(3)) container.restartPolicy = "Always";
      else
        for (const field of ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]) delete container[field];
    }
  }

  #addVolumes(spec: KubeObject): void {
    const random = this.#random;
    const paths = ["/", "/var/log", "/var/log/pods", "/var/logs", "/var/log/", "/etc", "/var/log/pods/a"];
    const added = Array.from({ length: random.int(3) }, (_, index) => ({
      name: `own-${index}`,
      ...(random.oneIn(3)
        ? { image: { reference: random.pick(IMAGE_VOLUMES) } }
        : { hostPath: { path: random.pick(paths) } }),
    }));
    if (random.oneIn(2)) return;
    if (random.oneIn(20)) {
      spec.volumes = null;
      return;
    }
    spec.volumes = [...(spec.volumes ?? []), ...added];
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
      container.volumeMounts = added.map(({ name }) => ({
        name,
        mountPath: `/${name}`,
        ...pickFields(random, { readOnly: [true, true, false, undefined, null] }),
      }));
  }
}

function setAt(container: KubeObject, path: string, value: unknown): void {
  const [first = "", second] = path.split(".");
  if (second !== undefined) {
    if (value === undefined) return;
    container[first] = { ...container[first], [second]: value };
  } else if (value !== undefined) container[first] = structuredClone(value);
}
