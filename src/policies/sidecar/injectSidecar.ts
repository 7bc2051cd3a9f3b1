import type { Pod } from "kubernetes-types/core/v1.js";
import { deny, type Finding, warn } from "../../policy/define/Finding.ts";
import type { PolicyContext } from "../../policy/define/PolicyContext.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type Policy, policy, type RawParams } from "../../policy/define/policy.ts";
import type { LabelSelector } from "../../policy/match/LabelSelector.ts";
import type { BuiltinOptions } from "../BuiltinOptions.ts";
import { checkOptions } from "../checkOptions.ts";
import { checkLabelKey } from "../labels/checkLabelKey.ts";
import type { OnConflict } from "./insertNamed.ts";
import { placeSidecar } from "./placeSidecar.ts";
import { readSidecar, type Sidecar, type SidecarOptions } from "./readSidecar.ts";

/** What {@link injectSidecar} takes: at least one container, volume or annotation, and for which Pods. */
export interface InjectSidecarOptions extends BuiltinOptions, SidecarOptions {
  /** Default `first`: in front of the Pod's own init containers, so that a proxy is there when they start. */
  readonly initPosition?: "first" | "last";
  /** A Pod whose annotation or label of this key is `"false"` is left alone. Default: `postern.dev/inject`; false for no way out. */
  readonly optOut?: string | false;
  /** Only Pods whose annotation or label of this key is `"true"`. Default: all Pods. */
  readonly optIn?: string;
  /** Only Pods with these labels. */
  readonly labels?: LabelSelector;
  /** Only Pods for which this function, which must be pure, returns true. */
  readonly when?: (ctx: PolicyContext<Pod, Pod | null, RawParams>) => boolean;
  /**
   * What to do about a container or volume that has the name of an injected one and is another. Default `deny`: refuse
   * the Pod, for it would run without its sidecar. `keep`: leave it, and warn; right, too, where webhooks that are
   * called later rewrite what was injected and this one is called again (`reinvocationPolicy: IfNeeded`). `replace`:
   * put the injected one in its place.
   */
  readonly onConflict?: OnConflict;
}

const LISTS = ["containers", "initContainers", "volumes", "annotations"];
const OPTIONS = [...LISTS, "initPosition", "optOut", "optIn", "labels", "when", "onConflict"];

/**
 * Adds containers, volumes and annotations to Pods when they are created. Containers and volumes go by their names: one
 * that is there and says all that the injected one says is the injected one, whatever was added to it since (the API
 * server adds defaults, other webhooks add mounts and variables), and is left alone. So injecting twice is injecting
 * once, and a Pod that has a part of the sidecar gets the rest. Throws {@link PolicyDefinitionError}.
 */
export function injectSidecar(options: InjectSidecarOptions): Policy {
  checkOptions("inject-sidecar", options, OPTIONS);
  const { name = "inject-sidecar", namespaces = {}, labels, when = () => true } = options;
  const { optIn, optOut = "postern.dev/inject", initPosition = "first", onConflict = "deny" } = options;
  const sidecar = readSidecar(name, options);
  if (optOut !== false) checkLabelKey(name, "options.optOut", optOut);
  if (optIn !== undefined) checkLabelKey(name, "options.optIn", optIn);
  if (typeof when !== "function") throw new PolicyDefinitionError(name, "options.when", "is not a function");
  if (initPosition !== "first" && initPosition !== "last")
    throw new PolicyDefinitionError(name, "options.initPosition", 'is not "first" or "last"');
  if (onConflict !== "deny" && onConflict !== "keep" && onConflict !== "replace")
    throw new PolicyDefinitionError(name, "options.onConflict", 'is not "deny", "keep" or "replace"');
  return policy({
    name,
    description: `Pods get ${namesIn(sidecar)}`,
    match: { resources: ["pods"], operations: ["CREATE"], namespaces, ...(labels === undefined ? {} : { labels }) },
    mutate: (draft, ctx): Finding[] => {
      if (optOut !== false && says(draft, optOut, "false")) return [];
      if (optIn !== undefined && !says(draft, optIn, "true")) return [];
      if (!when(ctx)) return [];
      return placeSidecar(draft, sidecar, { initPosition, onConflict }).map(({ what, path }) => {
        const message = `${path} has the name of a ${what} that ${name} injects, and is another`;
        return onConflict === "keep" ? warn(`${message}; it is kept`) : deny(message);
      });
    },
  });
}

/** Whether an annotation or a label says so: teams use either, and what the one says the other need not repeat. */
function says({ metadata }: Pod, key: string, value: string): boolean {
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
