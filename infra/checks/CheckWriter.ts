import type * as z from "zod/mini";
import { faultFromIssue } from "../../src/protocol/faultFromIssue.ts";

/** A kind of schema that the generator of checks does not know. */
export class UnknownSchemaError extends Error {
  readonly code = "unknown-schema";
  constructor(what: string) {
    super(`no check can be generated for ${what}; add it to infra/checks/CheckWriter.ts, or change the schema`);
    this.name = "UnknownSchemaError";
  }
}

/** The checked value: the expression that reads it, and the text of a string or template literal that is its path. */
interface Place {
  readonly value: string;
  readonly path: string;
  /** The name of the member that the value belongs to. */
  readonly member: string;
}

/** A path that is the parameter of its function. */
const PARAMETER = `\${path}`;

/** A part of a check: a condition with the fault that it returns, or other statements. */
type Step = { readonly condition: string; readonly fault: string } | { readonly statements: string };

/** Writes one function for each kind of object in a schema. A function returns the first fault of its object. */
export class CheckWriter {
  /** The texts of the functions, the root's first. */
  readonly functions: string[] = [];
  /** The name of the root's function. */
  readonly root: string;
  readonly #names = new Map<z.core.$ZodType, string>();
  readonly #uses = new Map<z.core.$ZodType, number>();
  readonly #helpers = new Set(["shapeFault"]);

  /** Throws {@link UnknownSchemaError}. */
  constructor(schema: z.core.$ZodType) {
    this.#countUses(schema);
    this.root = this.#functionOf(schema, { value: "value", path: "", member: "" });
  }

  /** The names of the functions that the checks call, by their module in `src/`. */
  get helpers(): Readonly<Record<string, readonly string[]>> {
    const [json, others] = [["isJsonObject"], [...this.#helpers].filter((name) => name !== "isJsonObject")];
    return {
      "protocol/shapeFault.ts": others,
      ...(this.#helpers.has("isJsonObject") ? { "protocol/Json.ts": json } : {}),
    };
  }

  /** Objects at several places take their path as a parameter. */
  #countUses(schema: z.core.$ZodType): void {
    const { def } = known(schema);
    if (def.type === "optional" || def.type === "nullable") this.#countUses(def.innerType);
    if (def.type === "array") this.#countUses(def.element);
    if (def.type === "record") this.#countUses(def.valueType);
    if (def.type !== "object") return;
    this.#uses.set(schema, (this.#uses.get(schema) ?? 0) + 1);
    for (const member of Object.values(def.shape)) this.#countUses(member);
  }

  #takesPath(schema: z.core.$ZodType, { path }: Place): boolean {
    return path.includes("${") || (this.#uses.get(schema) ?? 0) > 1;
  }

  #functionOf(schema: z.core.$ZodType, place: Place): string {
    const written = this.#names.get(schema);
    if (written !== undefined) return written;
    const { def } = known(schema);
    if (def.type !== "object") throw new UnknownSchemaError(`a root of type ${def.type}`);
    const name = `faultOf${place.member.charAt(0).toUpperCase()}${place.member.slice(1)}`;
    if ([...this.#names.values()].includes(name)) throw new UnknownSchemaError(`two objects named ${place.member}`);
    this.#names.set(schema, name);
    const index = this.functions.push("") - 1;
    const takesPath = this.#takesPath(schema, place);
    const path = takesPath ? PARAMETER : place.path;
    const members = Object.entries(def.shape);
    const steps = members.map(([member, one]) =>
      this.#check(one, { value: member, path: path === "" ? member : `${path}.${member}`, member }),
    );
    const read = members.filter((_, at) => (steps[at] ?? []).length > 0).map(([member]) => member);
    this.functions[index] =
      `function ${name}(value: unknown${takesPath ? ", path: string" : ""}): DecodeFault | undefined {
${this.#written(this.#isObject({ value: "value", path }, "object"))}\
${read.length === 0 ? "" : `const { ${read.join(", ")} } = value;\n`}\
${steps.map((one) => this.#written(one)).join("")}\
return ${this.#unknownKeys(schema, path)};
}
`;
    return name;
  }

  #unknownKeys(schema: z.core.$ZodType, path: string): string {
    const { def } = known(schema);
    if (def.type !== "object" || def.catchall === undefined) return "undefined";
    const { type } = known(def.catchall).def;
    if (type === "unknown") return "undefined";
    if (type !== "never") throw new UnknownSchemaError("an object with a catchall");
    const keys = Object.keys(def.shape).map((key) => JSON.stringify(key));
    return `${this.#helper("unknownKeysFault")}(value, [${keys.join(", ")}], ${literal(path)})`;
  }

  /** The steps that return the fault of a value. None for a schema that accepts every value. */
  #check(schema: z.core.$ZodType, place: Place): Step[] {
    const { def } = known(schema);
    switch (def.type) {
      case "unknown":
        return [];
      case "optional":
      case "nullable":
        return this.#unlessAbsent(schema, place);
      case "boolean":
        return this.#isType("boolean", place);
      case "number":
        if ((def.checks ?? []).length > 0) throw new UnknownSchemaError("a number with rules");
        return this.#isNumber(place);
      case "string":
        return [...this.#isType("string", place), ...(def.checks ?? []).map((check) => this.#length(check, place))];
      case "literal":
        return this.#isOneOf(def.values, place);
      case "enum":
        return this.#isOneOf(Object.values(def.entries), place);
      case "array":
        return this.#array(def.element, place);
      case "record":
        return this.#record(def, place);
      case "object":
        return this.#object(schema, place);
      default:
        throw new UnknownSchemaError(`the type ${def.type}`);
    }
  }

  #unlessAbsent(schema: z.core.$ZodType, place: Place): Step[] {
    const present: string[] = [];
    let inner = schema;
    for (let { def } = known(inner); def.type === "optional" || def.type === "nullable"; { def } = known(inner)) {
      present.push(`${place.value} !== ${def.type === "optional" ? "undefined" : "null"}`);
      inner = def.innerType;
    }
    const steps = this.#check(inner, place);
    const [only] = steps;
    if (only === undefined) return [];
    const condition = present.join(" && ");
    if (steps.length === 1 && "condition" in only)
      return [{ condition: `${condition} && ${only.condition}`, fault: only.fault }];
    return [{ statements: `if (${condition}) {\n${this.#written(steps)}}\n` }];
  }

  #isType(type: "boolean" | "string", place: Place): Step[] {
    return [step(`typeof ${place.value} !== "${type}"`, place, { code: "invalid_type", expected: type })];
  }

  #isNumber(place: Place): Step[] {
    const condition = `!Number.isFinite(${place.value})`;
    return [step(condition, place, { code: "invalid_type", expected: "number" })];
  }

  #isObject(place: Omit<Place, "member">, type: "object" | "record"): Step[] {
    // Zod accepts an instance of a class for an object, but not for a record.
    const accepts = this.#helper(type === "object" ? "isObject" : "isJsonObject");
    return [step(`!${accepts}(${place.value})`, place, { code: "invalid_type", expected: type })];
  }

  #isOneOf(values: readonly unknown[], place: Place): Step[] {
    const condition = values.map((one) => `${place.value} !== ${JSON.stringify(one)}`).join(" && ");
    return [step(condition, place, { code: "invalid_value", values })];
  }

  #length(check: z.core.$ZodCheck, place: Place): Step {
    const { def } = (check as z.core.$ZodChecks)._zod;
    if (def.check === "max_length")
      return step(`!${this.#helper("isWithin")}(${place.value}, ${def.maximum})`, place, {
        code: "too_big",
        origin: "string",
        maximum: def.maximum,
      });
    // Zod counts code points. Only for 1 the number of code units says the same.
    if (def.check === "min_length" && def.minimum === 1)
      return step(`${place.value} === ""`, place, { code: "too_small", origin: "string", minimum: 1 });
    throw new UnknownSchemaError(`the check ${def.check}`);
  }

  #array(element: z.core.$ZodType, place: Place): Step[] {
    const { value, path } = place;
    const steps = this.#check(element, { value: "element", path: `${path}.\${index}`, member: "element" });
    const isArray = step(`!Array.isArray(${value})`, place, { code: "invalid_type", expected: "array" });
    if (steps.length === 0) return [isArray];
    const statements = `for (let index = 0; index < ${value}.length; index += 1) {
const element: unknown = ${value}[index];
${this.#written(steps)}}
`;
    return [isArray, { statements }];
  }

  #record({ keyType, valueType }: z.core.$ZodRecordDef, place: Place): Step[] {
    const key = known(keyType).def;
    if (key.type !== "string" || (key.checks ?? []).length > 0) throw new UnknownSchemaError("keys with rules");
    const { value, path } = place;
    const steps = this.#check(valueType, { value: "member", path: `${path}.\${key}`, member: "member" });
    const isRecord = this.#isObject(place, "record");
    if (steps.length === 0) return isRecord;
    // Zod skips a member with the name __proto__.
    const statements = `for (const key of Object.keys(${value})) {
if (key === "__proto__") continue;
const member = ${value}[key];
${this.#written(steps)}}
`;
    return [...isRecord, { statements }];
  }

  #object(schema: z.core.$ZodType, place: Place): Step[] {
    const { def } = known(schema);
    if (def.type === "object" && Object.keys(def.shape).length === 0 && this.#unknownKeys(schema, "") === "undefined")
      return this.#isObject(place, "object");
    const fault = `${place.member}Fault`;
    const path = this.#takesPath(schema, place) ? `, ${literal(place.path)}` : "";
    const call = `${this.#functionOf(schema, place)}(${place.value}${path})`;
    return [{ statements: `const ${fault} = ${call};\nif (${fault} !== undefined) return ${fault};\n` }];
  }

  #written(steps: readonly Step[]): string {
    return steps
      .map((one) => ("condition" in one ? `if (${one.condition}) return ${one.fault};\n` : one.statements))
      .join("");
  }

  #helper(name: string): string {
    this.#helpers.add(name);
    return name;
  }
}

/** The internals of a schema. Zod's union of its schemas is told apart by `def.type`. */
function known(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"] {
  return (schema as z.core.$ZodTypes)._zod;
}

function step(condition: string, { path }: Pick<Place, "path">, issue: object): Step {
  const { expected } = faultFromIssue({ path: [], message: "", ...issue } as unknown as z.core.$ZodIssue);
  return { condition, fault: `shapeFault(${literal(path)}, ${JSON.stringify(expected)})` };
}

function literal(path: string): string {
  if (path === PARAMETER) return "path";
  return path.includes("${") ? `\`${path}\`` : JSON.stringify(path);
}
