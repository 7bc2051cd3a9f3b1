import { resourceOfKind } from "../../../../src/cli/manifests/resourceOfKind.ts";
import type { NativeBindingObject, NativeForm, NativePolicyObject } from "../../../../src/native/NativeForm.ts";
import { nativePolicies } from "../../../../src/native/nativePolicies.ts";
import type { Policy } from "../../../../src/policy/define/policy.ts";
import type { Cluster } from "../../../cluster/Cluster.ts";
import type { ApiAnswer, ApiCall, KubeObject } from "../../../cluster/ClusterApi.ts";
import { startCluster } from "../../../cluster/startCluster.ts";
import { eventually } from "../../../run/eventually.ts";
import { applyAll } from "../../registration/registerGate.ts";
import { inParallel } from "../inParallel.ts";
import { EMPTY_NAMESPACE, NAMESPACES, SERVICE_ACCOUNTS } from "./objects/namespaces.ts";

/** What the API server says about a request. */
export interface BuiltinAnswer {
  readonly status: number;
  /** The object with the defaults of the API server, or a Status. */
  readonly body: KubeObject;
  /** The policies whose native form finds a fault. */
  readonly warned: ReadonlySet<string>;
  /** Expressions that failed, and warnings that do not fit into an answer. */
  readonly failures: readonly string[];
}

/** The text of all warnings: those of many policies have to fit into one answer. */
const MESSAGE = "x";
/** The API server shortens what is longer (4,096 characters in all). */
const MAX_WARNINGS = 4_000;
/** Old API versions that the API server only serves when asked. */
const OLD_VERSIONS = ["resource.k8s.io/v1beta1=true", "resource.k8s.io/v1beta2=true"];

/** The native forms of policies, in force in a cluster of their own, where they warn. */
export class BuiltinBed {
  readonly cluster: Cluster;
  /** Those with a native form. */
  readonly policies: readonly Policy[];
  readonly forms: readonly NativeForm[];
  readonly #byCode: ReadonlyMap<string, string>;

  private constructor(cluster: Cluster, policies: readonly Policy[], forms: readonly NativeForm[]) {
    this.cluster = cluster;
    this.forms = forms;
    this.policies = policies.filter(({ name }) => forms.some((it) => it.policy === name && it.native !== "no"));
    this.#byCode = new Map(policies.map(({ name }, index) => [codeOf(index), name]));
  }

  /** Resolves when all are in force. */
  static async start(policies: readonly Policy[]): Promise<BuiltinBed> {
    const cluster = await startCluster({ apiServerArgs: [`--runtime-config=${OLD_VERSIONS.join(",")}`] });
    const paramsOf = (name: string): unknown => policies.find((it) => it.name === name)?.params?.parse(undefined);
    const forms = nativePolicies(
      { name: "builtins", policies, entries: {}, conversions: [] },
      { cluster: "e2e", modeOf: () => "warn", paramsOf },
    );
    try {
      await addSurroundings(cluster);
      const objects = forms.flatMap((form, index) => form.objects.map((it) => shortened(it, codeOf(index))));
      await inParallel(objects, (object) => applyAll(cluster, [object]));
      const bed = new BuiltinBed(cluster, policies, forms);
      await bed.#isInForce(objects);
      return bed;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The last one that is applied comes into force last. */
  async #isInForce([first, binding]: readonly KubeObject[]): Promise<void> {
    const name = "marker";
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["limitranges"] };
    await applyAll(this.cluster, [
      {
        ...first,
        metadata: { name },
        spec: {
          matchConstraints: { resourceRules: [rule] },
          validations: [{ expression: "false", message: "in force" }],
        },
      },
      { ...binding, metadata: { name }, spec: { ...binding.spec, policyName: name } },
    ]);
    const probe = {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name, namespace: NAMESPACES[0] },
      spec: { limits: [] },
    };
    await eventually("the native forms to be in force", async () => {
      const { warnings } = await this.#call("POST", collectionOf(probe), probe);
      return warnings.some((it) => it.endsWith("in force")) ? true : undefined;
    });
  }

  /** Creates an object, by default in a dry run. */
  async create(object: KubeObject, { isStored = false } = {}): Promise<BuiltinAnswer> {
    return this.answerOf(await this.#call("POST", collectionOf(object), object, isStored ? {} : undefined));
  }

  /** Replaces a stored object in a dry run. */
  async replace(object: KubeObject): Promise<BuiltinAnswer> {
    return this.answerOf(await this.#call("PUT", pathOf(object), object));
  }

  /** A stored object, in the version that `object` has. */
  async get(object: KubeObject): Promise<KubeObject> {
    return (await this.cluster.api.get(pathOf(object))).body;
  }

  #call(method: string, path: string, body: object, query: ApiCall["query"] = { dryRun: "All" }): Promise<ApiAnswer> {
    return this.cluster.api.call(method, path, { body, query });
  }

  /** What native forms say in an answer. */
  answerOf({ status, body, warnings }: ApiAnswer): BuiltinAnswer {
    const warned = new Set<string>();
    const failures: string[] = [];
    for (const warning of warnings) {
      const [, code = "", text = ""] =
        /^Validation failed for ValidatingAdmissionPolicy '([a-z]\d+)t?' with binding '[^']+': (.*)$/s.exec(warning) ??
        [];
      const name = this.#byCode.get(code);
      if (name === undefined) continue;
      warned.add(name);
      if (text !== MESSAGE) failures.push(`${name}: ${text}`);
    }
    if (warnings.join("").length > MAX_WARNINGS) failures.push(`too many warnings: ${warnings.join("; ")}`);
    return { status, body, warned, failures };
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }
}

function codeOf(index: number): string {
  return `p${index}`;
}

/** An object of a native form with a short name and a short text of its messages. Its expressions stay, and what they cost. */
function shortened(object: NativePolicyObject | NativeBindingObject, code: string): KubeObject {
  const name = object.metadata.name.includes(".templates.") ? `${code}t` : code;
  const metadata = { ...object.metadata, name };
  if (object.kind === "ValidatingAdmissionPolicyBinding")
    return { ...object, metadata, spec: { ...object.spec, policyName: name } };
  const validations = object.spec.validations.map(({ expression, messageExpression, reason }) =>
    messageExpression === undefined
      ? { expression, reason, message: MESSAGE }
      : {
          expression,
          reason,
          message: "the expression of the message fails",
          messageExpression: `(${messageExpression}).size() > 0 ? '${MESSAGE}' : ''`,
        },
  );
  return { ...object, metadata, spec: { ...object.spec, validations } };
}

/** What the objects refer to. */
async function addSurroundings({ api }: Cluster): Promise<void> {
  await inParallel([...NAMESPACES, EMPTY_NAMESPACE], (name) =>
    api.create("/api/v1/namespaces", { metadata: { name } }),
  );
  const accounts = NAMESPACES.flatMap((namespace) => SERVICE_ACCOUNTS.map((name) => ({ namespace, name })));
  await inParallel(accounts, (metadata) =>
    api.create(`/api/v1/namespaces/${metadata.namespace}/serviceaccounts`, { metadata }),
  );
  await inParallel(["web", "batch", "other"], (name) =>
    api.create("/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name }, value: 1 }),
  );
}

function collectionOf({ apiVersion, kind, metadata }: KubeObject): string {
  const [version, group = ""] = apiVersion.split("/").reverse();
  const { resource, namespaced } = resourceOfKind(group, kind);
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced ? `${base}/namespaces/${metadata.namespace}/${resource}` : `${base}/${resource}`;
}

function pathOf(object: KubeObject): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}
