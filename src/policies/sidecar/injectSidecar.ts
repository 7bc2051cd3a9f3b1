import type { Pod } from "kubernetes-types/core/v1.js";
import { deny, type Finding, warn } from "../../policy/define/Finding.ts";
import type { LabelSelector } from "../../policy/define/LabelSelector.ts";
import type { PolicyContext } from "../../policy/define/PolicyContext.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy, type RawParams } from "../../policy/define/policy.ts";
import { type BuiltinOptions, checkOptions } from "../BuiltinOptions.ts";
import { checkLabelKey } from "../labels/checkLabelKey.ts";
import { type OnConflict, placeSidecar } from "./placeSidecar.ts";
import { podOs } from "./podOs.ts";
import { readSidecar, type Sidecar, type SidecarOptions } from "./readSidecar.ts";

/** Options of {@link injectSidecar}. At least one container, volume or annotation is required. */
export interface InjectSidecarOptions extends BuiltinOptions, SidecarOptions {
  /**
   * Where the init containers are. `first`: before all others, also when another webhook put one before them, so that a
   * proxy runs when the others start. `last`: added at the end. Default: `first`.
   */
  readonly position?: "first" | "last";
  /** The operating system that the containers are for. Pods for another one are not changed. Default: `linux`. */
  readonly os?: "linux" | "windows";
  /** Pods with the value `"false"` for this annotation or label are not changed. Default: `postern.dev/inject`. With false, Pods cannot opt out. */
  readonly optOut?: string | false;
  /** Only Pods with the value `"true"` for this annotation or label. Default: all Pods. */
  readonly optIn?: string;
  /** Only Pods that match this selector. */
  readonly labels?: LabelSelector;
  /** Only Pods for which this pure function returns true. */
  readonly when?: (ctx: PolicyContext<Pod, Pod | null, RawParams>) => boolean;
  /**
   * What to do with a container or volume that has the name of an injected one, and lacks something declared or has
   * another value of it. `deny`: deny the Pod, which would run without its sidecar. `keep`: keep it and warn. Also use
   * `keep` when later webhooks change injected containers and this policy is called again
   * (`reinvocationPolicy: IfNeeded`). `replace`: replace it. Default: `deny`.
   */
  readonly onConflict?: OnConflict;
}

const SIDECAR_OPTIONS = ["containers", "initContainers", "volumes", "annotations"];
const OPTIONS = [...SIDECAR_OPTIONS, "position", "os", "optOut", "optIn", "labels", "when", "onConflict"];

/**
 * Adds containers, volumes and annotations to Pods on CREATE. Containers and volumes are identified by name, and are as
 * declared, whole: one that is present with something more, such as a command, a variable or a privilege, loses it
 * (`asDeclared`), except with `onConflict: "keep"`. The policy is idempotent, and a Pod with a part of the sidecar gets
 * the missing parts. Throws {@link PolicyDefinitionError}.
 */
export function injectSidecar(options: InjectSidecarOptions): Policy {
  checkOptions("inject-sidecar", options, OPTIONS);
  const { name = "inject-sidecar", namespaces = {}, labels, when = () => true } = options;
  const { optIn, optOut = "postern.dev/inject", position = "first", os = "linux", onConflict = "deny" } = options;
  const sidecar = readSidecar(name, options);
  if (optOut !== false) checkLabelKey(name, "options.optOut", optOut);
  if (optIn !== undefined) checkLabelKey(name, "options.optIn", optIn);
  if (typeof when !== "function") throw new PolicyDefinitionError(name, "options.when", "is not a function");
  if (position !== "first" && position !== "last")
    throw new PolicyDefinitionError(name, "options.position", 'is not "first" or "last"');
  if (os !== "linux" && os !== "windows")
    throw new PolicyDefinitionError(name, "options.os", 'is not "linux" or "windows"');
  if (onConflict !== "deny" && onConflict !== "keep" && onConflict !== "replace")
    throw new PolicyDefinitionError(name, "options.onConflict", 'is not "deny", "keep" or "replace"');
  return policy({
    name,
    description: `Pods get ${namesIn(sidecar)}`,
    match: { resources: ["pods"], operations: ["CREATE"], namespaces, ...(labels === undefined ? {} : { labels }) },
    mutate: (draft, ctx): Finding[] => {
      if (optOut !== false && hasMark(draft, optOut, "false")) return [];
      if (optIn !== undefined && !hasMark(draft, optIn, "true")) return [];
      if (podOs(draft.spec) !== os || !when(ctx)) return [];
      return placeSidecar(draft, sidecar, { position, onConflict }).map(({ kind, path }) => {
        const message = `${path} has the name of a ${kind} that ${name} injects, but differs from it`;
        return onConflict === "keep" ? warn(`${message}; it is kept`) : deny(message);
      });
    },
  });
}

/** Whether an annotation or a label has a value. Teams use either of them. */
function hasMark({ metadata }: Pod, key: string, value: string): boolean {
  return [metadata?.annotations ?? {}, metadata?.labels ?? {}].some(
    (map) => Object.hasOwn(map, key) && map[key] === value,
  );
}

function namesIn({ containers, initContainers, volumes, annotations }: Sidecar): string {
  const named = [
    ...[...initContainers, ...containers].map(({ name }) => `container ${name}`),
    ...volumes.map(({ name }) => `volume ${name}`),
    ...annotations.map(([key]) => `annotation ${key}`),
  ];
  return named.join(", ");
}
