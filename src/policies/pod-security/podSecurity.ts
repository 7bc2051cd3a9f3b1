import { checkMatch } from "../../policy/define/checkMatch.ts";
import type { Match } from "../../policy/define/Match.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import { type ExistingFallback, type Policy, policy } from "../../policy/define/policy.ts";
import { validations } from "../../policy/validations/validations.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { checkOptions } from "../BuiltinOptions.ts";
import { noParams } from "../noParams.ts";
import { controlsOf, type PodSecurityLevel, validationsOf } from "./controlsOf.ts";
import { LATEST_MINOR, type PodSecurityVersion, readPodSecurityVersion } from "./PodSecurityVersion.ts";

/** Who need not meet the level, as in the `exemptions` of a PodSecurityConfiguration. */
export interface PodSecurityExemptions {
  /** Names of namespaces, with `*` and `?`. */
  readonly namespaces?: readonly string[];
  /** Names of users, exactly. */
  readonly users?: readonly string[];
  /** Names of runtime classes, exactly. */
  readonly runtimeClasses?: readonly string[];
}

/** Options of {@link podSecurity}. */
export interface PodSecurityOptions {
  /** `restricted` includes `baseline`. */
  readonly level: PodSecurityLevel;
  /** Default: `latest`, the newest version that Postern has. A version stays the same when Postern is updated. */
  readonly version?: PodSecurityVersion;
  /** Who need not meet the level: names of `namespaces`, with `*` and `?`, and of `users` and `runtimeClasses`, exactly. */
  readonly exempt?: PodSecurityExemptions;
  /** What a fault of a Pod template does. Default: `warn`, as the API server's own admission does. */
  readonly templates?: "deny" | "warn";
  /** Default: `pod-security-` and the level. */
  readonly name?: string;
  /** Default: all namespaces. */
  readonly namespaces?: Match["namespaces"];
  /** For faults that the object had before an UPDATE. Default: `warn`. */
  readonly onExisting?: ExistingFallback;
  /** Whether Pod templates are checked, and of which other kinds. Default: true. */
  readonly podTemplates?: Match["podTemplates"];
  /** A URL at the end of each message, where people read what to do. */
  readonly help?: string;
}

const OPTIONS = ["level", "version", "exempt", "templates", "onExisting", "podTemplates", "help"];

/**
 * The Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/): the verdict of the API
 * server's own admission for each level and version. Each fault is a finding of its own, which names the control, the container
 * and the field. Throws {@link PolicyDefinitionError}.
 */
export function podSecurity(options: PodSecurityOptions): Policy {
  checkOptions("pod-security", options, OPTIONS);
  const { level, version = "latest", templates = "warn", onExisting = "warn", podTemplates = true } = options;
  const { name = `pod-security-${level}`, help } = options;
  const namespaces = options.namespaces ?? {};
  if (level !== "baseline" && level !== "restricted")
    throw new PolicyDefinitionError(
      name,
      "options.level",
      `is ${JSON.stringify(level)}, not "baseline" or "restricted"`,
    );
  const minor = readPodSecurityVersion(version);
  if (minor === undefined)
    throw new PolicyDefinitionError(
      name,
      "options.version",
      `is ${JSON.stringify(version)}; expected "latest" or "v1.0" to "v1.${LATEST_MINOR}"`,
    );
  if (templates !== "deny" && templates !== "warn")
    throw new PolicyDefinitionError(name, "options.templates", `is ${JSON.stringify(templates)}, not "deny" or "warn"`);
  if (options.templates !== undefined && podTemplates === false)
    throw new PolicyDefinitionError(name, "options.templates", "has no effect with podTemplates: false");
  // The exempt ones are added to them.
  checkMatch(name, { resources: ["pods"], namespaces });
  const exempt = readExemptions(name, options.exempt ?? {});
  return policy({
    name,
    description: `Pods meet the level ${level} of the Pod Security Standards, ${version}`,
    version,
    match: {
      resources: ["pods"],
      // Neither changes what the controls read.
      unasked: ["pods/status", "pods/binding"],
      podTemplates,
      namespaces:
        exempt.namespaces.length === 0
          ? namespaces
          : { ...namespaces, exclude: [...(namespaces.exclude ?? []), ...exempt.namespaces] },
    },
    onExisting,
    params: noParams,
    validate: validations((on) => controlsOf(level, minor).flatMap((control) => validationsOf(control, on)), {
      onTemplates: templates,
      help,
      exempt: {
        data: { users: exempt.users, runtimeClasses: exempt.runtimeClasses },
        when: (pod, { user, data }) =>
          (data.users ?? []).includes(user.username) ||
          (data.runtimeClasses ?? []).includes(pod.spec?.runtimeClassName ?? ""),
      },
    }),
  });
}

function readExemptions(name: string, given: unknown): Required<PodSecurityExemptions> {
  const fail = (field: string, fault: string): never => {
    throw new PolicyDefinitionError(name, field, fault);
  };
  if (!isJsonObject(given)) return fail("options.exempt", "is not an object");
  const known = ["namespaces", "users", "runtimeClasses"];
  for (const key of Object.keys(given))
    if (!known.includes(key)) fail(`options.exempt.${key}`, `is unknown; known are ${known.join(", ")}`);
  const list = (key: string): readonly string[] => {
    const names = given[key] ?? [];
    if (!Array.isArray(names) || !names.every((it): it is string => typeof it === "string" && it !== ""))
      return fail(`options.exempt.${key}`, "is not a list of names");
    if (key === "namespaces") return names;
    const blank = names.find((it) => it.trim() !== it);
    if (blank !== undefined)
      fail(`options.exempt.${key}`, `has ${JSON.stringify(blank)}, which begins or ends with a blank`);
    const wild = names.find((it) => it.includes("*"));
    if (wild === undefined) return names;
    return fail(`options.exempt.${key}`, `has ${JSON.stringify(wild)}; names are compared exactly, so give each one`);
  };
  return { namespaces: list("namespaces"), users: list("users"), runtimeClasses: list("runtimeClasses") };
}
