import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";

/** Members that name an object. They are not its state. */
const ROOT_NAMING = ["apiVersion", "kind", "metadata"];
const METADATA_NAMING = ["name", "namespace", "generateName", "uid"];

/** What a policy reads of an object, noted by the objects and lists within it. */
export class FieldReads {
  readonly #read = new Map<object, Set<string>>();
  readonly #views = new WeakMap<object, object>();
  readonly #roots = new Set<object>();
  /** The attributes of the request that were read, such as `user`. */
  readonly request = new Set<string>();

  /** A view of a whole object, as a policy sees it. */
  trackRoot(root: unknown): unknown {
    if (typeof root === "object" && root !== null) this.#roots.add(root);
    return this.track(root);
  }

  /**
   * A view of a JSON value that notes what is read through it. Equal parts have equal views. The value must not be frozen:
   * a view of a frozen object cannot return views of its members.
   */
  track(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#views.get(value);
    if (known !== undefined) return known;
    const note = (key: string | symbol): void => {
      if (typeof key === "string") this.#noteMember(value, key);
    };
    const view = new Proxy(value, {
      get: (target, key, receiver) => {
        note(key);
        const member: unknown = Reflect.get(target, key, receiver);
        return typeof key === "string" && Object.hasOwn(target, key) ? this.track(member) : member;
      },
      has: (target, key) => {
        note(key);
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor: (target, key) => {
        note(key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys: (target) => {
        this.#members(value);
        return Reflect.ownKeys(target);
      },
    });
    this.#views.set(value, view);
    return view;
  }

  /** Whether a member of an object was read, also one that it does not have. */
  has(parent: object, key: string): boolean {
    return this.#read.get(parent)?.has(key) === true;
  }

  /** Whether the member at the end of a path was read. */
  hasPath(root: JsonObject, path: readonly string[]): boolean {
    const key = path.at(-1);
    const parent = path.slice(0, -1).reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), root);
    return key !== undefined && isJsonObject(parent) && this.has(parent, key);
  }

  /** Whether a member was read that is a simple value, that the object does not have, or of which nothing was read. */
  hasLeaf(parent: JsonObject): boolean {
    return [...(this.#read.get(parent) ?? [])].some((key) => this.isLeaf(parent, key));
  }

  /** Whether a member was read, and nothing within it. */
  isLeaf(parent: JsonObject, key: string): boolean {
    if (!this.has(parent, key)) return false;
    const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
    return typeof value !== "object" || value === null || !this.#read.has(value);
  }

  /** Whether anything within a value was read. */
  within(value: unknown): boolean {
    return typeof value === "object" && value !== null && this.#read.has(value);
  }

  /** Whether anything was read but the names of objects. A denial without that is not about what an object is. */
  get hasState(): boolean {
    const metadata = [...this.#roots].map((root) => (isJsonObject(root) ? root.metadata : undefined));
    for (const [parent, keys] of this.#read) {
      const naming = this.#roots.has(parent) ? ROOT_NAMING : metadata.includes(parent) ? METADATA_NAMING : [];
      for (const key of keys) if (!naming.includes(key)) return true;
    }
    return false;
  }

  #noteMember(parent: object, key: string): void {
    this.#members(parent).add(key);
  }

  #members(parent: object): Set<string> {
    const known = this.#read.get(parent);
    if (known !== undefined) return known;
    const members = new Set<string>();
    this.#read.set(parent, members);
    return members;
  }
}
