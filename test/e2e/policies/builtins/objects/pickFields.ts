import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import type { SeededRandom } from "../../objects/SeededRandom.ts";

/** The values of each field, of which one is picked. Undefined leaves the field out. */
export type FieldChoices = Readonly<Record<string, readonly unknown[]>>;

/** An object with one of the values for each field. */
export function pickFields(random: SeededRandom, choices: FieldChoices): KubeObject {
  const picked = Object.entries(choices).map(([key, values]) => [key, structuredClone(random.pick(values))] as const);
  return Object.fromEntries(picked.filter(([, value]) => value !== undefined));
}

/** Up to `most` items; sometimes no list at all. */
export function pickList<T>(random: SeededRandom, most: number, of: () => T): T[] | null | undefined {
  if (random.oneIn(12)) return random.pick([undefined, null]);
  return Array.from({ length: random.int(most + 1) }, of);
}
