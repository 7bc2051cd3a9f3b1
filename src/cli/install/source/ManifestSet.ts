import { isJsonObject } from "../../../protocol/Json.ts";
import type { Expression } from "../expression/Expression.ts";
import { Conditional, type Template } from "../expression/Template.ts";

interface Entry {
  readonly source: string;
  readonly when: Expression[];
  readonly tree: Record<string, unknown>;
}

/** The objects of the manifests, by `KIND/NAME`. Where several have one name: `KIND/NAME@NAMESPACE`, or `SOURCE:KIND/NAME`. */
export class ManifestSet {
  readonly #entries: Entry[] = [];

  /** Adds an object that is installed when a condition holds. */
  add(source: string, when: Expression, tree: unknown): void {
    if (!isJsonObject(tree)) throw new Error(`${source} is no object`);
    // A copy without aliases: a change of one part must not change another one.
    this.#entries.push({ source, when: [when], tree: JSON.parse(JSON.stringify(tree)) });
  }

  /** Adds a condition to an object. */
  restrict(name: string, when: Expression): void {
    this.#find(name).when.push(when);
  }

  /** Replaces the conditions of an object. */
  installWhen(name: string, when: Expression): void {
    this.#find(name).when.splice(0, Number.POSITIVE_INFINITY, when);
  }

  /** Sets labels of all objects. */
  label(pairs: Readonly<Record<string, string>>): void {
    for (const { tree } of this.#entries) {
      const metadata = isJsonObject(tree.metadata) ? tree.metadata : {};
      const labels = isJsonObject(metadata.labels) ? metadata.labels : {};
      tree.metadata = { ...metadata, labels: { ...labels, ...pairs } };
    }
  }

  has(name: string): boolean {
    return this.#entries.some((it) => isNamed(it, name));
  }

  /** The names of all objects of some kinds. */
  namesOf(...kinds: readonly string[]): string[] {
    return this.#entries.filter(({ tree }) => kinds.includes(String(tree.kind))).map(({ tree }) => nameOf(tree));
  }

  /**
   * Sets what is at a pointer such as `/spec/containers/gate/image`, in which a name stands for the item of a list that has
   * it, and a last `-` for a new item.
   */
  set(name: string, pointer: string, tree: unknown): void {
    this.#at(name, pointer, () => tree);
  }

  /** As {@link set}, when a condition holds. Otherwise what is there stays. */
  setIf(when: Expression, name: string, pointer: string, tree: unknown): void {
    this.#at(name, pointer, (before) => new Conditional(when, tree, before));
  }

  /** As {@link set}, when a condition holds. Otherwise nothing is there. */
  only(when: Expression, name: string, pointer: string, tree: unknown): void {
    this.#at(name, pointer, () => new Conditional(when, tree));
  }

  /** Replaces what is at a pointer by what a function makes of it. */
  change(name: string, pointer: string, of: (before: unknown) => unknown): void {
    this.#at(name, pointer, of);
  }

  /** The templates of all objects. */
  get templates(): readonly Template[] {
    return this.#entries;
  }

  #find(name: string): Entry {
    const [found, ...others] = this.#entries.filter((it) => isNamed(it, name));
    if (found === undefined || others.length > 0) throw new Error(`the manifests have no single object ${name}`);
    return found;
  }

  #at(name: string, pointer: string, of: (before: unknown) => unknown): void {
    const { tree } = this.#find(name);
    const keys = pointer.slice(1).split("/");
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => child(at, key, `${name}${pointer}`), tree);
    if (Array.isArray(parent)) {
      const index = last === "-" ? parent.length : indexOf(parent, last);
      parent[index] = of(parent[index]);
    } else if (isJsonObject(parent)) Object.assign(parent, { [unescaped(last)]: of(parent[unescaped(last)]) });
    else throw new Error(`the manifests have nothing at ${name}${pointer}`);
  }
}

const unescaped = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

function child(at: unknown, key: string, where: string): unknown {
  if (Array.isArray(at)) return at[indexOf(at, key)];
  const found = isJsonObject(at) ? at[unescaped(key)] : undefined;
  if (found === undefined) throw new Error(`the manifests have nothing at ${where}`);
  return found;
}

function indexOf(list: readonly unknown[], key: string): number {
  const index = list.findIndex((it) => isJsonObject(it) && it.name === key);
  if (index >= 0) return index;
  if (/^\d+$/.test(key) && Number(key) < list.length) return Number(key);
  throw new Error(`the manifests have no item ${key}`);
}

function nameOf({ kind, metadata }: Readonly<Record<string, unknown>>): string {
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  return `${kind}/${name}${namespace === undefined ? "" : `@${namespace}`}`;
}

function isNamed({ source, tree }: Entry, name: string): boolean {
  const full = nameOf(tree);
  return [full, full.replace(/@.*/, ""), `${source}:${full.replace(/@.*/, "")}`].includes(name);
}
