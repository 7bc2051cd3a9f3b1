import type { ExceptionDefinition, PolicyException } from "../../policy/define/PolicyException.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { readImagePattern } from "../../policy/exceptions/matchesImage.ts";
import { namespaceMatcher } from "../../policy/match/namespaceMatcher.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { parseInstant } from "../../protocol/parseInstant.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { checkMembers, readKnown, readNamespaces, readTexts } from "./readTexts.ts";

/** An exception and the clusters that it is for. */
export interface GateException {
  readonly exception: PolicyException;
  readonly isOf: (cluster: string) => boolean;
}

const NARROWING = ["clusters", "namespaces", "names", "subjects", "images"];
const MEMBERS = ["policy", ...NARROWING, "until", "reason", "owner"];
/** An audit annotation has room for it beside the denial. */
const MAX_TEXT_LENGTH = 256;

/**
 * Checks the exceptions of a gate. One that can never apply is a fault: its policy, a cluster or all of its namespaces are
 * not there. One that has ended is not: it only has no effect. `clusters` is undefined with a lookup. Throws
 * {@link GateConfigError} with the path of the fault.
 */
export function readExceptions(
  value: unknown,
  policies: readonly Policy[],
  clusters: readonly string[] | undefined,
): readonly GateException[] {
  if (!Array.isArray(value)) throw new GateConfigError("exceptions", "is not a list");
  return Object.freeze(
    value.map((one: unknown, index) => {
      const path = `exceptions[${index}]`;
      const exception = readException(path, one, policies);
      const patterns = readKnown(`${path}.clusters`, Reflect.get(Object(one), "clusters"), clusters, "cluster");
      const isOf = (cluster: string) => patterns === undefined || patterns.some((it) => matchesGlob(it, cluster));
      return Object.freeze({ exception, isOf });
    }),
  );
}

function readException(path: string, value: unknown, policies: readonly Policy[]): PolicyException {
  if (!isJsonObject(value)) throw new GateConfigError(path, "is not an object");
  checkMembers(path, value, MEMBERS);
  const policy = policies.find(({ name }) => name === value.policy);
  if (policy === undefined)
    throw new GateConfigError(
      `${path}.policy`,
      `names ${JSON.stringify(value.policy ?? null)}, which is no policy of the gate; it has ${policies.map(({ name }) => name).join(", ")}`,
    );
  if (NARROWING.every((member) => value[member] === undefined))
    throw new GateConfigError(
      path,
      `is for every object: name at least one of ${NARROWING.join(", ")}. A policy that is not to deny at all has a mode`,
    );
  const untilMs = parseInstant(value.until);
  if (untilMs === undefined)
    throw new GateConfigError(`${path}.until`, ": expected such as 2026-12-31 or 2026-12-31T18:00:00+01:00");
  const namespaces = readNamespaces(`${path}.namespaces`, value.namespaces);
  checkNamespaces(`${path}.namespaces`, namespaces, policy);
  const images = readTexts(`${path}.images`, value.images);
  checkImages(`${path}.images`, images, policy);
  return Object.freeze({
    policy: policy.name,
    ...definedOf({
      namespaces,
      names: readTexts(`${path}.names`, value.names),
      subjects: readTexts(`${path}.subjects`, value.subjects),
      images,
    }),
    until: String(value.until),
    untilMs,
    reason: readLine(`${path}.reason`, value.reason),
    owner: readLine(`${path}.owner`, value.owner),
  });
}

type Lists = { readonly [K in "namespaces" | "names" | "subjects" | "images"]: ExceptionDefinition[K] };

function definedOf(lists: Lists): Partial<Lists> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list !== undefined));
}

/** Namespaces without a pattern can be compared with those of the policy. */
function checkNamespaces(path: string, names: readonly string[] | undefined, { name, match }: Policy): void {
  if (names === undefined || match.namespaces === undefined) return;
  const judges = namespaceMatcher(match.namespaces);
  const isJudged = names.some((it) => /[*?]/.test(it) || judges(it));
  if (!isJudged) throw new GateConfigError(path, `has no namespace that the policy ${name} judges`);
}

function checkImages(path: string, images: readonly string[] | undefined, policy: Policy): void {
  const { name, match, validate, reportsEachFault } = policy;
  if (images === undefined) return;
  if (validate === undefined)
    throw new GateConfigError(path, `is for policies with findings; ${name} changes objects as a whole`);
  const seesPods = match.resources.some((it) => it === "*" || it === "pods" || it.startsWith("pods/") || it === "*/*");
  if (!seesPods && match.podTemplates === undefined)
    throw new GateConfigError(path, `is for policies on Pods, which ${name} is not`);
  // The fault that it does not report may be in another container.
  if (!reportsEachFault)
    throw new GateConfigError(
      path,
      `is for policies that report each fault with its path: ${name} has to do so, and to have reportsEachFault: true`,
    );
  const faulty = images.find((image) => readImagePattern(image) === undefined);
  if (faulty !== undefined)
    throw new GateConfigError(
      path,
      `has ${JSON.stringify(faulty)}, which matches no image: expected such as registry.example.com/team/app:1.4`,
    );
}

function readLine(path: string, value: unknown): string {
  const isLine = typeof value === "string" && value.trim() !== "" && !/\p{Cc}/u.test(value);
  if (isLine && value.length <= MAX_TEXT_LENGTH) return value;
  throw new GateConfigError(path, `: expected one line of at most ${MAX_TEXT_LENGTH} characters`);
}
