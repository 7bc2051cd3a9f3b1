import type { Container } from "kubernetes-types/core/v1.js";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { deny, type Finding, warn } from "../define/Finding.ts";
import { formatPath } from "../define/formatPath.ts";
import type { PolicyContext } from "../define/PolicyContext.ts";
import { PolicyUseError } from "../define/PolicyUseError.ts";
import { compareQuantities } from "../quantity/compareQuantities.ts";
import type { RequestScope, Validation } from "./Validation.ts";
import type { PlacedValidation, ValidationNode, ValidationTree } from "./ValidationTree.ts";

type Context = PolicyContext<unknown, unknown, unknown>;

/** What holds for all validations of an object. */
export interface RunSettings {
  /** Whether a fault is a warning, and not a denial. */
  readonly isWarning: boolean;
  /** Images of containers that are not judged. */
  readonly exemptImages: readonly string[];
  /** Of each message. */
  readonly ending: string;
}

/** What functions of validations get. One for all: an object for each call would cost more than most functions. */
interface Scope {
  readonly object: unknown;
  readonly params: unknown;
  readonly request: RequestScope;
  readonly compareQuantities: typeof compareQuantities;
  data: unknown;
  current: unknown;
  container: Container;
  /** Of the last fault. */
  at: string;
}

/** A fault that was found. */
interface Fault {
  readonly validation: Validation;
  readonly index: number;
  readonly finding: Finding;
}

/** For validations without containers, whose type says that there is one. */
const NO_CONTAINER: Container = Object.freeze({ name: "" });

/** The validations of one object. */
export class ValidationRun {
  readonly #ctx: Context;
  readonly #tree: ValidationTree;
  readonly #settings: RunSettings;
  readonly #scope: Scope;
  #faults: Fault[] | undefined;
  /** What the different `when` said, as far as they were asked. */
  #whens: boolean[] | undefined;
  /** The functions that `lookup` made for the object. */
  #lookups: Map<Validation, Validation["fault"]> | undefined;
  /** From the object, or from the container whose path this is, to the value in question. Paths are written for faults only. */
  readonly #trail: (string | number)[] = [];
  #containerPath = "";

  constructor(ctx: Context, tree: ValidationTree, settings: RunSettings) {
    const { object, params } = ctx;
    this.#ctx = ctx;
    this.#tree = tree;
    this.#settings = settings;
    this.#scope = {
      object,
      params,
      request: ctx,
      compareQuantities,
      data: undefined,
      current: undefined,
      container: NO_CONTAINER,
      at: "",
    };
  }

  /**
   * The findings, in the order of the validations. A fallback is left out where its group has others; of an update each fault
   * must be known.
   */
  findings(): Finding[] {
    const { object, containers } = this.#tree;
    this.#visit(object, this.#ctx.object, 0);
    if (containers !== undefined)
      for (const { container, path } of this.#ctx.containers()) {
        if (this.#isExempt(container)) continue;
        this.#scope.container = container;
        this.#containerPath = path;
        this.#visit(containers, container, 0);
      }
    const faults = this.#faults;
    if (faults === undefined) return [];
    const hides = this.#ctx.operation === "CREATE" && faults.some(isFallback);
    return (hides ? withoutHidden(faults) : faults)
      .sort((left, right) => left.index - right.index)
      .map(({ finding }) => finding);
  }

  #visit(node: ValidationNode, value: unknown, depth: number): void {
    for (const placed of node.validations) this.#ask(placed, value, depth);
    if (node.members.length > 0 && isMembers(value))
      for (const { name, node: child } of node.members) {
        const member = value[name];
        if (member === undefined || member === null) continue;
        this.#trail[depth] = name;
        this.#visit(child, member, depth + 1);
      }
    if (node.list !== undefined) this.#visitList(node.list, value, depth);
    if (node.map !== undefined) this.#visitMap(node.map, value, depth);
  }

  #visitList(node: ValidationNode, value: unknown, depth: number): void {
    if (!Array.isArray(value)) throw this.#wrongType("a list", depth);
    for (let index = 0; index < value.length; index += 1) {
      this.#trail[depth] = index;
      this.#visit(node, value[index], depth + 1);
    }
  }

  #visitMap(node: ValidationNode, value: unknown, depth: number): void {
    if (!isJsonObject(value)) throw this.#wrongType("an object", depth);
    for (const [key, member] of Object.entries(value)) {
      this.#trail[depth] = key;
      this.#visit(node, { key, value: member }, depth + 1);
    }
  }

  #ask(placed: PlacedValidation, item: unknown, depth: number): void {
    const { validation, when, field } = placed;
    if (when >= 0 && !this.#isAsked(when)) return;
    this.#scope.data = validation.data;
    if (validation.cases === undefined) {
      this.#judge(placed, item, depth, field);
      return;
    }
    for (const current of validation.cases(this.#scope.params)) {
      this.#scope.current = current;
      this.#judge(placed, item, depth, field);
    }
    this.#scope.current = undefined;
  }

  #judge({ validation, index }: PlacedValidation, item: unknown, depth: number, field: readonly string[]): void {
    const scope = this.#scope;
    const isFaulty = validation.lookup === undefined ? validation.fault : this.#lookup(validation);
    if (!isTrue(isFaulty(item, scope))) return;
    const at = this.#path(depth, typeof validation.at === "function" ? validation.at(scope.current) : field);
    scope.at = at;
    const message = validation.message(item, scope) + this.#settings.ending;
    const finding = this.#settings.isWarning ? warn(message, { at }) : deny(message, { at });
    this.#faults ??= [];
    this.#faults.push({ validation, index, finding });
  }

  #lookup(validation: Validation): Validation["fault"] {
    this.#lookups ??= new Map();
    const known = this.#lookups.get(validation) ?? validation.lookup?.(this.#scope) ?? validation.fault;
    this.#lookups.set(validation, known);
    return known;
  }

  #isAsked(when: number): boolean {
    this.#whens ??= [];
    const known = this.#whens[when];
    if (known !== undefined) return known;
    const said = isTrue(this.#tree.whens[when]?.(this.#scope.object));
    this.#whens[when] = said;
    return said;
  }

  #isExempt({ image }: Container): boolean {
    const { exemptImages } = this.#settings;
    return exemptImages.length > 0 && exemptImages.some((glob) => matchesGlob(glob, image ?? ""));
  }

  #path(depth: number, field: readonly string[]): string {
    const segments = this.#trail.slice(0, depth);
    segments.push(...field);
    if (this.#containerPath === "") return this.#ctx.path(...segments);
    const below = formatPath(segments);
    return below === "" ? this.#containerPath : `${this.#containerPath}.${below}`;
  }

  #wrongType(expected: string, depth: number): PolicyUseError {
    return new PolicyUseError("ValidationError", "wrong-type", `${this.#path(depth, [])} is not ${expected}`);
  }
}

function isFallback({ validation }: Fault): boolean {
  return validation.isFallback === true;
}

/** Without the fallbacks whose group has other faults. A set, because a Pod can have thousands of faults. */
function withoutHidden(faults: readonly Fault[]): Fault[] {
  const found = new Set(faults.map((fault) => isFallback(fault) || fault.validation.group));
  return faults.filter((fault) => !isFallback(fault) || !found.has(fault.validation.group));
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** What a function of a validation says. A value of another type may mean anything. */
function isTrue(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new PolicyUseError("ValidationError", "not-a-boolean", "a validation returned no boolean");
}
