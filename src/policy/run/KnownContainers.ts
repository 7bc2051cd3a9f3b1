import type { PodContainer } from "../define/podContainers.ts";

/** A list of containers, for the policies that see the same Pod or template. */
interface Known {
  readonly template: readonly string[];
  readonly withEphemeral: boolean;
  readonly containers: readonly PodContainer[];
}

/** The containers of one object, found once for all policies that judge it. */
export class KnownContainers {
  readonly #known: Known[] = [];

  /** The containers of a template, or of the object itself, in a list of the policy's own. `find` finds them, and may throw. */
  get(template: readonly string[], withEphemeral: boolean, find: () => readonly PodContainer[]): PodContainer[] {
    for (const known of this.#known)
      if (known.template === template && known.withEphemeral === withEphemeral) return known.containers.map(copyOf);
    const containers = find();
    this.#known.push({ template, withEphemeral, containers });
    return containers.map(copyOf);
  }
}

/** No policy can change what the next one sees. A copy costs less than to freeze. */
function copyOf({ container, list, path }: PodContainer): PodContainer {
  return { container, list, path };
}
