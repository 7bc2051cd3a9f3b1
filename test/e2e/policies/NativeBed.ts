import { parseParams } from "../../../src/gate/config/parseParams.ts";
import type { NativePolicyObject } from "../../../src/native/NativeForm.ts";
import { nativePolicies } from "../../../src/native/nativePolicies.ts";
import type { ClusterSettings } from "../../../src/policy/define/ClusterSettings.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import { applyAll } from "../registration/registerGate.ts";
import { dryCreate } from "./dryCreate.ts";
import { inParallel } from "./inParallel.ts";
import type { NativeCase, NativeObject } from "./nativeCases.ts";

/** What the API server says about an object. */
export interface NativeAnswer {
  /** Undefined where API validation refused the object. */
  readonly object: KubeObject | undefined;
  /** The warnings of the policy, without the names before them. */
  readonly warnings: readonly string[];
}

/** A cluster of the gate that warns: the API server then tells each fault, and the object with its defaults. */
export function nativeSettings(policy: Policy): ClusterSettings {
  const params = parseParams(policy, undefined);
  return { cluster: "e2e", modeOf: () => "warn", paramsOf: () => params };
}

/** The native form of one policy, in force in a namespace of its own: a request has few warnings then. */
export class NativeBed {
  readonly native: NativeCase;
  readonly ns: TestNamespace;
  readonly #objects: readonly KubeObject[];

  private constructor(native: NativeCase, ns: TestNamespace, objects: readonly KubeObject[]) {
    this.native = native;
    this.ns = ns;
    this.#objects = objects;
  }

  /** Applies the rendered objects, with a label of the namespace as `namespaceSelector`. Resolves when they are in force. */
  static async start(cluster: ClusterClient, native: NativeCase, suite: string): Promise<NativeBed> {
    const { policy } = native;
    const namespaceSelector = { matchLabels: { "postern.dev/suite": suite } };
    const gate = { name: suite, policies: [policy], entries: { default: { namespaceSelector } }, conversions: [] };
    const [form] = nativePolicies(gate, nativeSettings(policy));
    if (form?.native !== "yes") throw new Error(`${policy.name} has no whole native form: ${form?.reasons.join("; ")}`);
    const bed = new NativeBed(native, await TestNamespace.create(cluster, suite), form.objects);
    try {
      await applyAll(cluster, form.objects);
      await inParallel(native.denied, (probe) =>
        eventually(`the native form of ${policy.name} to be in force`, async () =>
          (await bed.create(probe)).warnings.length > 0 ? true : undefined,
        ),
      );
    } catch (error) {
      await bed.stop();
      throw error;
    }
    return bed;
  }

  /** Creates an object by a dry run. Throws when the API server refuses it for another reason than its validation. */
  async create({ kind, object }: NativeObject): Promise<NativeAnswer> {
    const { status, body, warnings } = await dryCreate(this.ns, kind, object);
    const own = warnings.flatMap((it) => {
      const [, policy = "", text = ""] =
        /^Validation failed for ValidatingAdmissionPolicy '([^']+)' with binding '[^']+': (.*)$/s.exec(it) ?? [];
      return policy.startsWith(`${this.native.policy.name}.`) ? [text] : [];
    });
    if (status === 422) return { object: undefined, warnings: [] };
    if (status !== 201) throw new Error(`${status} ${body.message}`);
    return { object: body, warnings: own };
  }

  /** What the API server reports about the types in the expressions, when it has checked them. */
  async typeWarnings(): Promise<string[]> {
    const policies = this.#objects.filter(
      ({ kind }) => kind === ("ValidatingAdmissionPolicy" satisfies NativePolicyObject["kind"]),
    );
    const found = await inParallel(policies, (object) =>
      eventually(`the types of ${object.metadata.name}`, async () => {
        const { body } = await this.ns.cluster.api.get(apiPathOf(object).path);
        if (body.status?.observedGeneration !== body.metadata.generation) return undefined;
        const warnings: readonly KubeObject[] = body.status.typeChecking?.expressionWarnings ?? [];
        return warnings.map(({ fieldRef, warning }) => `${object.metadata.name} ${fieldRef}: ${warning}`);
      }),
    );
    return found.flat();
  }

  async stop(): Promise<void> {
    for (const object of this.#objects) await this.ns.cluster.api.delete(apiPathOf(object).path);
  }
}
