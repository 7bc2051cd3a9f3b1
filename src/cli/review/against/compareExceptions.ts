import type { ExceptionDefinition } from "../../../policy/define/PolicyException.ts";
import { matchesGlob } from "../../../protocol/matchesGlob.ts";
import { parseInstant } from "../../../protocol/parseInstant.ts";
import type { GateChange } from "./GateChange.ts";
import type { GateSide } from "./GateSide.ts";
import { globContains } from "./globContains.ts";

/** An exception for one element of each of its lists. */
interface Atom {
  readonly cluster: string | undefined;
  readonly namespaces: string | undefined;
  readonly names: string | undefined;
  readonly subjects: string | undefined;
  readonly images: string | undefined;
}

/** With more combinations of its elements, an exception is compared with each old one as a whole. */
const MAX_ATOMS = 10_000;

/**
 * The exceptions that permit more than those of the old gate. Each combination of their elements must be permitted by one old
 * exception of the policy, at least as long; so a list that is split or joined is nothing. `clusters` are those of both gates;
 * undefined where they are not known. Exceptions that have ended, and those of policies that the old gate does not have, are
 * no loosening.
 */
export function compareExceptions(
  before: GateSide,
  after: GateSide,
  clusters: readonly string[] | undefined,
  now: number,
): GateChange[] {
  return (after.gate.exceptions ?? []).flatMap((exception): GateChange[] => {
    const { policy } = exception;
    if (untilOf(exception) <= now || !before.policies.has(policy)) return [];
    const old = (before.gate.exceptions ?? []).filter((it) => it.policy === policy && untilOf(it) > now);
    const atoms = atomsOf(exception, clusters);
    const isPermitted = (isLongEnough: (it: ExceptionDefinition) => boolean): boolean =>
      atoms.every((atom) => old.some((it) => isLongEnough(it) && permits(it, atom, clusters)));
    if (isPermitted((it) => untilOf(it) >= untilOf(exception))) return [];
    const base = { result: "loosened", kind: "exception", policy } as const;
    const to = `${scopeText(exception)} until ${exception.until} (${exception.owner}: ${exception.reason})`;
    if (isPermitted(() => true)) {
      const ends = old.filter((it) => atoms.some((atom) => permits(it, atom, clusters)));
      const [last] = ends.sort((left, right) => untilOf(right) - untilOf(left));
      return [{ ...base, from: `until ${last?.until}`, to: `longer: ${to}` }];
    }
    const alike = old.find((it) => it.owner === exception.owner && it.reason === exception.reason);
    return [
      {
        ...base,
        from: alike === undefined ? "none" : scopeText(alike),
        to: `${alike === undefined ? "new" : "wider"}: ${to}`,
      },
    ];
  });
}

function untilOf({ until }: ExceptionDefinition): number {
  return parseInstant(until) ?? Number.POSITIVE_INFINITY;
}

function atomsOf(exception: ExceptionDefinition, clusters: readonly string[] | undefined): readonly Atom[] {
  const { namespaces = [undefined], names = [undefined], subjects = [undefined], images = [undefined] } = exception;
  const meant = clusters?.filter((it) => isInCluster(exception, it)) ?? exception.clusters ?? [undefined];
  const count = [meant, namespaces, names, subjects, images].reduce((product, list) => product * list.length, 1);
  // One that no old exception permits.
  if (count > MAX_ATOMS)
    return [{ cluster: undefined, namespaces: undefined, names: undefined, subjects: undefined, images: undefined }];
  return meant.flatMap((cluster) =>
    namespaces.flatMap((namespace) =>
      names.flatMap((name) =>
        subjects.flatMap((subject) =>
          images.map((image) => ({ cluster, namespaces: namespace, names: name, subjects: subject, images: image })),
        ),
      ),
    ),
  );
}

function isInCluster({ clusters }: ExceptionDefinition, cluster: string): boolean {
  return clusters === undefined || clusters.some((it) => matchesGlob(it, cluster));
}

function permits(old: ExceptionDefinition, atom: Atom, clusters: readonly string[] | undefined): boolean {
  const inCluster =
    old.clusters === undefined ||
    (atom.cluster !== undefined &&
      (clusters === undefined
        ? old.clusters.some((it) => globContains(it, atom.cluster ?? ""))
        : isInCluster(old, atom.cluster)));
  return (
    inCluster &&
    isIn(old.namespaces, atom.namespaces, globContains) &&
    isIn(old.names, atom.names, starContains) &&
    isIn(old.subjects, atom.subjects, (outer, inner) => partsContain(outer, inner, ":")) &&
    isIn(old.images, atom.images, imageContains)
  );
}

function isIn(
  old: readonly string[] | undefined,
  element: string | undefined,
  contains: (outer: string, inner: string) => boolean,
): boolean {
  return old === undefined || (element !== undefined && old.some((it) => contains(it, element)));
}

/** {@link globContains} for patterns in which `?` is a character like others. */
function starContains(outer: string, inner: string): boolean {
  return outer === inner || (!outer.includes("?") && globContains(outer, inner));
}

/** The same for patterns whose `*` matches no separator. */
function partsContain(outer: string, inner: string, separator: string): boolean {
  const [wide, narrow] = [outer.split(separator), inner.split(separator)];
  return wide.length === narrow.length && wide.every((part, index) => starContains(part, narrow[index] ?? ""));
}

/** A pattern for images without a tag and a digest is for all of them; one with is for those with the same ones. */
function imageContains(outer: string, inner: string): boolean {
  const [wide, narrow] = [imageParts(outer), imageParts(inner)];
  return partsContain(wide.name, narrow.name, "/") && (wide.rest === "" || starContains(wide.rest, narrow.rest));
}

/** An image as its name, and its tag and digest as one text. A colon before the last slash separates a port. */
function imageParts(image: string): { readonly name: string; readonly rest: string } {
  const [named = ""] = image.split("@", 1);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  return { name, rest: image.slice(name.length) };
}

/** `clusters production, namespaces legacy`. */
function scopeText({ clusters, namespaces, names, subjects, images }: ExceptionDefinition): string {
  return Object.entries({ clusters, namespaces, names, subjects, images })
    .flatMap(([key, list]) => (list === undefined ? [] : [`${key} ${list.join(", ")}`]))
    .join(", ");
}
