import type { PodSecurityLevel } from "../../../src/policies/pod-security/controlsOf.ts";
import type { PodSecurityVersion } from "../../../src/policies/pod-security/PodSecurityVersion.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { podOf } from "../../cluster/TestNamespace.ts";
import { comparisonSize } from "./comparisonSize.ts";
import { GeneratedPods } from "./objects/GeneratedPods.ts";
import { OBJECT_KINDS, type ObjectKind } from "./objects/objectKinds.ts";
import { PROBE_POD } from "./objects/probePod.ts";
import { podsOf, readPodSecurityFixtures } from "./objects/readPodSecurityFixtures.ts";
import { translatedPods, translatedPolicies } from "./translatedPolicy.ts";

/** A policy whose native form is compared with the gate's engine. */
export interface NativeCase {
  readonly policy: Policy;
  /** One object for each of the policy's ValidatingAdmissionPolicies, which denies it. They show that it is in force. */
  readonly denied: readonly NativeObject[];
  /** What is created. */
  readonly objects: readonly NativeObject[];
  /** Whether the warnings are also the messages of the engine. Those with indices or of many items differ. Default: no. */
  readonly hasEqualMessages?: boolean;
}

/** An object and its kind. */
export interface NativeObject {
  readonly kind: ObjectKind;
  readonly object: KubeObject;
}

const LEVELS: readonly PodSecurityLevel[] = ["baseline", "restricted"];
/** The newest, and one before each large change: user namespaces, Windows, seccomp. */
const VERSIONS: readonly PodSecurityVersion[] = ["latest", "v1.34", "v1.24", "v1.18"];

const PODS = comparisonSize({ quick: 1_200, full: 6_000 });
const WORKLOADS = comparisonSize({ quick: 50, full: 300 });
const TRANSLATED_PODS = comparisonSize({ quick: 200, full: 2_000 });

const { Pod, Deployment } = OBJECT_KINDS;
/** All cases. The names of their policies differ. */
export async function nativeCases(): Promise<NativeCase[]> {
  const pods = new GeneratedPods({ seed: 20 }).take(TRANSLATED_PODS);
  const translated = translatedPolicies().map((policy) => ({
    policy,
    denied: [{ kind: Pod, object: podOf("probe", { annotations: { a: "a" } }) }],
    objects: of(Pod, [...translatedPods(), ...(policy.name === "translated-members" ? pods : [])]),
    hasEqualMessages: true,
  }));
  return [...(await podSecurityCases()), ...translated];
}

async function podSecurityCases(): Promise<NativeCase[]> {
  const policies = LEVELS.flatMap((level) =>
    VERSIONS.map((version) =>
      podSecurity({
        level,
        version,
        templates: "deny",
        name: `pod-security-${level}-${version.replace(".", "-")}`,
      }),
    ),
  );
  const objects = await podObjects();
  const each = comparisonSize({ quick: 2, full: policies.length });
  return policies.map((policy, own) => ({
    policy,
    denied: of(Pod, [PROBE_POD]).concat(of(Deployment, [PROBE_POD])),
    // Each object is for some of the policies, in turn.
    objects: objects.filter((_, index) => (own - index * each + objects.length * each) % policies.length < each),
  }));
}

/** Pods and the kinds with a Pod template. */
async function podObjects(): Promise<NativeObject[]> {
  const fixtures = podsOf(await readPodSecurityFixtures());
  const pods = [...fixtures, ...new GeneratedPods({ seed: 4 }).take(PODS), largePod()];
  const workloads = Object.values<ObjectKind>(OBJECT_KINDS).filter((kind) => kind !== Pod);
  return [
    ...of(Pod, pods),
    ...workloads.flatMap((kind, index) => of(kind, new GeneratedPods({ seed: 5 + index }).take(WORKLOADS))),
  ];
}

function of(kind: ObjectKind, pods: readonly KubeObject[]): NativeObject[] {
  return pods.map((pod) => ({ kind, object: kind.of(pod) }));
}

/** More containers, ports and volumes than Pods have: the API server limits what an expression may cost. */
function largePod(): KubeObject {
  const many = <T>(count: number, of: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => of(index));
  const containers = many(50, (index) => ({
    name: `app-${index}`,
    image: "registry.example.com/app:1",
    ports: many(20, (port) => ({ containerPort: 1_000 + index * 20 + port })),
    securityContext: { capabilities: { add: many(20, () => "CHOWN"), drop: ["ALL"] } },
  }));
  const volumes = many(100, (index) => ({ name: `volume-${index}`, emptyDir: {} }));
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "large" }, spec: { containers, volumes } };
}
