import { expect, it } from "vitest";
import { type CelValue, plain } from "../../../src/native/cel/CelValue.ts";
import { celOf } from "../../../src/native/cel/celOf.ts";
import { compareQuantitiesCel } from "../../../src/native/cel/compareQuantitiesCel.ts";
import { NotNativeError } from "../../../src/native/cel/NotNativeError.ts";
import type { compareQuantities } from "../../../src/policy/quantity/compareQuantities.ts";

/** An object whose members may be absent. */
interface Item {
  readonly name: string;
  readonly size?: number;
  readonly isOn?: boolean;
  readonly spec?: { readonly host?: string; readonly count?: number; readonly inner?: Item };
  readonly tags?: readonly string[];
  readonly list?: readonly Item[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a function gets beside the item. */
interface Scope {
  readonly object: Item;
  readonly compareQuantities: typeof compareQuantities;
  readonly data: {
    readonly allowed: readonly string[];
    readonly empty: readonly string[];
    readonly max: number;
    readonly prefix: string;
    readonly strict: boolean;
    readonly byName: Readonly<Record<string, string>>;
  };
}

type Fault = (item: Item, scope: Scope) => unknown;

const ARGUMENTS: readonly CelValue[] = [
  { kind: "value", cel: "i", type: "any" },
  {
    kind: "record",
    members: {
      object: { kind: "value", cel: "object", type: "any" },
      compareQuantities: { kind: "function", call: compareQuantitiesCel },
      data: {
        kind: "constant",
        value: { allowed: ["a", "b"], empty: [], max: 5, prefix: "x-", strict: true, byName: { a: "1" } },
      },
    },
  },
];

const outside = "a";
const SPACES =
  "\\\\t\\\\n\\\\v\\\\f\\\\r \\\\x{a0}\\\\x{1680}\\\\x{2000}-\\\\x{200a}\\\\x{2028}\\\\x{2029}\\\\x{202f}\\\\x{205f}\\\\x{3000}\\\\x{feff}";

it.each<[what: string, fault: Fault, cel: string]>([
  ["a member that is true", (i) => i.isOn === true, "i.?isOn == optional.of(true)"],
  ["a member that is not true, or absent", (i) => i.isOn !== true, "!(i.?isOn == optional.of(true))"],
  ["a member below members", (i) => i.spec?.inner?.isOn === true, "i.?spec.?inner.?isOn == optional.of(true)"],
  ["an absent member", (i) => i.spec === undefined, "!i.?spec.hasValue()"],
  ["a present member", (i) => i.spec !== undefined, "i.?spec.hasValue()"],
  ["an absent or null member", (i) => i.spec == null, "(!i.?spec.hasValue() || dyn(i.?spec.value()) == null)"],
  [
    "a member that is neither absent nor null",
    (i) => i.spec != null,
    "!((!i.?spec.hasValue() || dyn(i.?spec.value()) == null))",
  ],
  [
    "a member of a present one",
    (i) => i.spec !== undefined && i.spec.host === "a",
    "(i.?spec.hasValue() && i.?spec.value().?host == optional.of('a'))",
  ],
  ["a member with another value for an absent one", (i) => (i.size ?? 0) > 5, "(i.?size.orValue(0) > 5)"],
  [
    "a member in place of an absent one",
    (i) => (i.spec?.host ?? i.name) === "a",
    "i.?spec.?host.or(i.?name) == optional.of('a')",
  ],
  [
    "a comparison of an absent member, which is false",
    (i) => (i.size as number) > 5,
    "(i.?size.hasValue() && i.?size.value() > 5)",
  ],
  ["a number of the data", (i, { data }) => (i.size ?? 0) >= data.max, "(i.?size.orValue(0) >= 5)"],
  ["a negative number", (i) => i.size === -1, "i.?size == optional.of(-1)"],
  ["a fraction", (i) => i.size === 0.5, "i.?size == optional.of(double('0.5'))"],
  ["two members", (i) => i.spec?.host === i.name, "i.?spec.?host == i.?name"],
  [
    "a list of the data that includes a member",
    (i, { data }) => !data.allowed.includes(i.spec?.host ?? ""),
    "!((i.?spec.?host.orValue('') in ['a', 'b']))",
  ],
  [
    "a list of the data that includes an absent member",
    (i, { data }) => data.allowed.includes(i.name),
    "(i.?name.hasValue() && i.?name.value() in ['a', 'b'])",
  ],
  ["an empty list of the data", (i, { data }) => data.empty.includes(i.name), "false"],
  ["a list that includes a text", (i) => (i.tags ?? []).includes("ALL"), "('ALL' in i.?tags.orValue([]))"],
  [
    "a text that includes another",
    (i) => (i.spec?.host ?? "").includes("."),
    "i.?spec.?host.orValue('').contains('.')",
  ],
  [
    "a list with a faulty element",
    (i) => (i.list ?? []).some(({ size }) => size === 0),
    "i.?list.orValue([]).exists(item_1, item_1.?size == optional.of(0))",
  ],
  [
    "a list of which each element is right",
    (i) => (i.list ?? []).every((it) => it.isOn === true),
    "i.?list.orValue([]).all(it_1, it_1.?isOn == optional.of(true))",
  ],
  [
    "lists in lists, with different variables",
    (i) => (i.list ?? []).some((it) => (it.list ?? []).some((it) => it.isOn === true)),
    "i.?list.orValue([]).exists(it_1, it_1.?list.orValue([]).exists(it_2, it_2.?isOn == optional.of(true)))",
  ],
  [
    "a list of an absent member",
    (i) => i.list?.some((it) => it.isOn === true) === true,
    "(i.?list.hasValue() && i.?list.value().exists(it_1, it_1.?isOn == optional.of(true)))",
  ],
  [
    "a list that is absent or has no faulty element",
    (i) => !(i.list?.some((it) => it.isOn === true) ?? false),
    "!((i.?list.hasValue() && i.?list.value().exists(it_1, it_1.?isOn == optional.of(true))))",
  ],
  [
    "the number of elements that meet a condition",
    (i) => (i.list ?? []).filter((it) => it.isOn === true).length > 1,
    "(i.?list.orValue([]).filter(it_1, it_1.?isOn == optional.of(true)).size() > 1)",
  ],
  ["a length that may be absent", (i) => (i.tags?.length ?? 0) > 2, "(i.?tags.optMap(l_, l_.size()).orValue(0) > 2)"],
  [
    "a length below a member that may be absent",
    (i) => (i.spec?.inner?.name.length ?? 0) > 2,
    "(i.?spec.?inner.?name.optMap(l_, l_.size()).orValue(0) > 2)",
  ],
  ["the start of a text", (i) => i.name.startsWith("kube-"), "i.?name.value().startsWith('kube-')"],
  [
    "the start of an absent text",
    (i) => i.spec?.host?.startsWith("a") === true,
    "(i.?spec.?host.hasValue() && i.?spec.?host.value().startsWith('a'))",
  ],
  [
    "the start of a text that is absent, or not that",
    (i) => i.spec?.host?.startsWith("a") !== true,
    "!((i.?spec.?host.hasValue() && i.?spec.?host.value().startsWith('a')))",
  ],
  ["the end of a text", (i) => (i.spec?.host ?? "").endsWith(".local"), "i.?spec.?host.orValue('').endsWith('.local')"],
  [
    "a member by an expression",
    (i, { data }) => i.labels?.[data.prefix + i.name] !== undefined,
    "!(!i.?labels[?'x-' + string(i.?name.orValue(''))].hasValue())",
  ],
  [
    "a member by a name with other characters",
    (i) => i.labels?.["example.com/a"] === "b",
    "i.?labels[?'example.com/a'] == optional.of('b')",
  ],
  [
    "a member of the data by an expression",
    (i, { data }) => data.byName[i.name] === "1",
    "{'a': dyn('1')}[?i.?name.value()] == optional.of('1')",
  ],
  ["an element of a list", (i) => i.tags?.[0] === "a", "i.?tags[?0] == optional.of('a')"],
  ["a name in an object", (i) => "host" in (i.spec ?? {}), "i.?spec.orValue({})[?'host'].hasValue()"],
  [
    "a name of the data that an object has",
    (i, { data }) => data.allowed.some((it) => Object.hasOwn(i, it)),
    "['a', 'b'].exists(it_1, it_1 in i)",
  ],
  [
    "the names of an object",
    (i) => Object.keys(i.labels ?? {}).some((key) => key.startsWith("a")),
    "i.?labels.orValue({}).exists(key_1, key_1.startsWith('a'))",
  ],
  ["a name that an object has itself", (i) => Object.hasOwn(i.labels ?? {}, "a"), "'a' in i.?labels.orValue({})"],
  ["a pattern", (i) => /^[a-z]+(?:-[a-z]+)*$/.test(i.name), "i.?name.value().matches('^[a-z]+(?:-[a-z]+)*$')"],
  [
    "a pattern with a dot, which is no line end",
    (i) => /^a.b\.c$/u.test(i.name),
    "i.?name.value().matches('^a[^\\\\n\\\\r\\\\x{2028}\\\\x{2029}]b\\\\.c$')",
  ],
  [
    "a pattern with any number of dots",
    (i) => /^a.*b$/.test(i.name),
    "i.?name.value().matches('^a[^\\\\n\\\\r\\\\x{2028}\\\\x{2029}]*b$')",
  ],
  ["a pattern without regard to case", (i) => /^sk$/iu.test(i.name), "i.?name.value().matches('(?i)^sk$')"],
  [
    "a pattern with a space, which is more than that of RE2",
    (i) => /^a\s\S*[\s/]$/.test(i.name),
    `i.?name.value().matches('^a[${SPACES}][^${SPACES}]*[${SPACES}/]$')`,
  ],
  ["a pattern with a slash", (i) => /^a\/b$/.test(i.name), "i.?name.value().matches('^a/b$')"],
  [
    "the start of a sum",
    (i, { data }) => (data.prefix + i.name).startsWith("x-a"),
    "('x-' + string(i.?name.orValue(''))).startsWith('x-a')",
  ],
  [
    "an end of a template",
    (i) => `${i.name}:${i.size ?? 0}`.endsWith(":1"),
    "('' + string(i.?name.orValue('')) + ':' + string(i.?size.orValue(0))).endsWith(':1')",
  ],
  [
    "two conditions that are equal",
    (i) => (i.size === 1) === (i.isOn === true),
    "i.?size == optional.of(1) == (i.?isOn == optional.of(true))",
  ],
  [
    "the parts of a text",
    (i) => i.name.split(":").some((part) => part === ""),
    "i.?name.value().split(':').exists(part_1, part_1 == '')",
  ],
  ["a template", (i, { data }) => `${data.prefix}${i.name}` === "x-a", "'x-' + string(i.?name.orValue('')) == 'x-a'"],
  ["a template with a number", (i) => `${i.size ?? 0}` === "1", "'' + string(i.?size.orValue(0)) == '1'"],
  ["quotes and control characters", (i) => i.name === "it's\n\\", "i.?name == optional.of('it\\'s\\u000a\\\\')"],
  [
    "a constant of the data that decides",
    (i, { data }) => data.strict && i.isOn === true,
    "i.?isOn == optional.of(true)",
  ],
  ["a constant of the data that decides otherwise", (i, { data }) => !data.strict && i.isOn === true, "false"],
  [
    "and, or, not",
    (i) => !(i.isOn === true && (i.size === 1 || i.size === 2)),
    "!((i.?isOn == optional.of(true) && (i.?size == optional.of(1) || i.?size == optional.of(2))))",
  ],
  [
    "one of two conditions",
    (i) => (i.isOn === true ? i.size === 1 : i.size === 2),
    "(i.?isOn == optional.of(true) ? i.?size == optional.of(1) : i.?size == optional.of(2))",
  ],
  [
    "one of two members that may be absent",
    (i) => (i.isOn === true ? i.spec?.host : undefined) === "a",
    "(i.?isOn == optional.of(true) ? i.?spec.?host : optional.none()) == optional.of('a')",
  ],
  ["the object beside the item", (i, { object }) => object.name === i.name, "object.?name == i.?name"],
  [
    "members as parameters, with a value for an absent one",
    ({ size = 3, spec: { host } = {} }) => size === 3 && host === "a",
    "(i.?size.orValue(3) == 3 && i.?spec.orValue({}).?host == optional.of('a'))",
  ],
  [
    "statements",
    (i) => {
      const host = i.spec?.host ?? "";
      if (host === "") return false;
      if (host === "a") {
        return true;
      } else return host.startsWith("b");
    },
    "(i.?spec.?host.orValue('') == '' ? false : (i.?spec.?host.orValue('') == 'a' ? true : i.?spec.?host.orValue('').startsWith('b')))",
  ],
  [
    "the length of a text, in UTF-16 code units",
    (i) => (i.spec?.host ?? "").length > 3,
    "((i.?spec.?host.orValue('').size() + i.?spec.?host.orValue('').findAll('[\\\\x{10000}-\\\\x{10ffff}]').size()) > 3)",
  ],
  [
    "whether a member is a text",
    (i) => typeof i.name === "string",
    "(i.?name.hasValue() && type(i.?name.value()) == string)",
  ],
  [
    "whether an element is no text",
    (i) => (i.tags ?? []).some((tag) => typeof tag !== "string"),
    "i.?tags.orValue([]).exists(tag_1, !(type(tag_1) == string))",
  ],
  ["whether what is a text is one", (i) => typeof (i.spec?.host ?? "") === "string", "true"],
  ["whether what is a condition is a text", (i) => typeof (i.isOn === true) === "string", "false"],
  ["whether a constant is a text", (_, { data }) => typeof data.max !== "string", "true"],
  [
    "a quantity that may be absent and a constant",
    (i, { compareQuantities }) => compareQuantities(i.name, "1Gi") >= 0,
    "((i.?name.hasValue() && isQuantity(string(i.?name.value())) && string(i.?name.value()).matches('^[+-]?[.]?[0-9]')) && quantity(string(i.?name.value())).compareTo(quantity('1Gi')) >= 0)",
  ],
  [
    "two quantities, of which one is known to be a text",
    (i, scope) => scope.compareQuantities(i.spec?.host ?? "", i.name) === 0,
    "((isQuantity(i.?spec.?host.orValue('')) && i.?spec.?host.orValue('').matches('^[+-]?[.]?[0-9]') && i.?name.hasValue() && isQuantity(string(i.?name.value())) && string(i.?name.value()).matches('^[+-]?[.]?[0-9]')) && quantity(i.?spec.?host.orValue('')).compareTo(quantity(string(i.?name.value()))) == 0)",
  ],
  [
    "quantities that are not equal, or none",
    (i, { data, compareQuantities }) => compareQuantities(data.max, i.name) !== 0,
    "!(((i.?name.hasValue() && isQuantity(string(i.?name.value())) && string(i.?name.value()).matches('^[+-]?[.]?[0-9]')) && quantity('5').compareTo(quantity(string(i.?name.value()))) == 0))",
  ],
  [
    "a multiple of a quantity",
    (i, { compareQuantities }) => compareQuantities("1Gi", i.name, 2) > 0,
    "((i.?name.hasValue() && isQuantity(string(i.?name.value())) && string(i.?name.value()).matches('^[+-]?[.]?[0-9]')) && (quantity('1Gi').asApproximateFloat() > quantity(string(i.?name.value())).asApproximateFloat() * double('2.000000000002') ? 1 : (quantity('1Gi').asApproximateFloat() < quantity(string(i.?name.value())).asApproximateFloat() * double('1.999999999998') ? -1 : 0)) > 0)",
  ],
  ["a multiple of a constant", (_, { data, compareQuantities }) => compareQuantities(data.max, 2, 2) > 0, "true"],
  [
    "two quantities that are constants",
    (_, { data, compareQuantities }) => compareQuantities(data.max, "1Gi") < 0,
    "true",
  ],
  [
    "a constant that is no quantity",
    (i, { data, compareQuantities }) => compareQuantities(i.name, data.prefix) < 0,
    "false",
  ],
  [
    "statements that are empty, as compilers leave them",
    new Function("i", "if (i.isOn === true) return true;; return false;") as Fault,
    "(i.?isOn == optional.of(true) ? true : false)",
  ],
  ["a function with a keyword", (i) => i.isOn === true, "i.?isOn == optional.of(true)"],
])("celOf writes %s", (_, fault, expected) => {
  expect(plain(celOf(fault, ARGUMENTS))).toBe(expected);
});

it.each<[what: string, fault: Fault, reason: string]>([
  [
    "a value from outside the function",
    (i) => i.name === outside,
    "the function uses outside, which is none of its parameters; put it into data",
  ],
  ["a call of a function", (i) => Boolean(i.name), "a call of a function has no form in CEL: Boolean(i.name)"],
  ["a constructor", (i) => new Set(i.tags).has("a"), "the form NewExpression has no form in CEL: new Set(i.tags)"],
  ["a value as a condition", (i) => !i.name, "a condition is not known to be a boolean; compare it with === true"],
  [
    "a value on the left of &&",
    (i) => i.spec && i.isOn === true,
    "a condition is not known to be a boolean; compare it with === true",
  ],
  [
    "a boolean that may be absent as a condition",
    (i) => (i.isOn ? i.size === 1 : false),
    "a condition is not known to be a boolean; compare it with === true",
  ],
  [
    "a condition that may be undefined",
    (i) => !i.spec?.host?.startsWith("a"),
    "a condition is not known to be a boolean; compare it with === true",
  ],
  ["an async function", async (i) => i.isOn === true, "an async function or a generator has no form in CEL"],
  ["an unknown method", (i) => i.name.trim() === "a", "the method trim has no form in CEL: i.name.trim()"],
  [
    "find",
    (i) => (i.list ?? []).find((it) => it.isOn === true) !== undefined,
    "the form ArrowFunctionExpression has no form in CEL: (it) => it.isOn === true",
  ],
  [
    "the index of an element",
    (i) => (i.tags ?? []).some((it, index) => index > 0 && it === "a"),
    'the index of an element has no form in CEL: (it, index) => index > 0 && it === "a"',
  ],
  [
    "a function in place of one that is written out",
    (i) => (i.tags ?? []).some(Boolean),
    "the method some has no form in CEL: (i.tags ?? []).some(Boolean)",
  ],
  [
    "a position",
    (i) => i.name.startsWith("a", 1),
    'the method startsWith has no form in CEL: i.name.startsWith("a", 1)',
  ],
  [
    "small letters",
    (i) => i.name.toLowerCase() === "a",
    "toLowerCase also changes letters beyond ASCII, which CEL does not; compare with a pattern",
  ],
  [
    "one quantity",
    (i, { compareQuantities }) => (compareQuantities as (a: string) => number)(i.name) > 0,
    "compareQuantities takes two quantities",
  ],
  [
    "a multiple that is not known",
    (i, { compareQuantities }) => compareQuantities(i.name, "1", i.size) > 0,
    "compareQuantities takes a multiple that is a constant",
  ],
  [
    "an order of quantities as a value",
    (i, { compareQuantities }) => `${compareQuantities(i.name, "1")}` === "0",
    "a number that may be NaN is used as a value; compare it with <, <=, >, >= or ===",
  ],
  [
    "an order of quantities that is never absent",
    (i, { compareQuantities }) => (compareQuantities(i.name, "1") ?? 0) > 0,
    "?? after what is never absent",
  ],
  [
    "parts by a pattern",
    (i) => i.name.split(/:/).length === 1,
    "the method split has no form in CEL: i.name.split(/:/)",
  ],
  ["single characters", (i) => i.name.split("").length === 1, 'the method split has no form in CEL: i.name.split("")'],
  ["a limit", (i) => i.name.split(":", 1).length === 1, 'the method split has no form in CEL: i.name.split(":", 1)'],
  [
    "a comparison with null",
    (i) => (i.spec as unknown) === null,
    "a comparison with null, a list or an object; compare with undefined",
  ],
  [
    "a comparison of other types", // biome-ignore lint/suspicious/noDoubleEquals: it is what is refused
    (i) => (i.size as unknown) == "1",
    "the operator == has no form in CEL",
  ],
  [
    "includes of what may be a text or a list",
    (i) => i.tags?.includes("a") === true,
    'includes of what is not known to be a list or a text; write (a ?? []) or (a ?? "")',
  ],
  [
    "join of names",
    (i) => Object.keys(i.labels ?? {}).join() === "a",
    "the method join has no form in CEL: Object.keys(i.labels ?? {}).join()",
  ],
  ["arithmetic", (i) => (i.size ?? 0) * 2 > 4, "the operator * has no form in CEL"],
  ["typeof", (i) => typeof i.size === "number", "the operator typeof has no form in CEL: typeof i.size"],
  [
    "a spread element",
    (i) => [...(i.tags ?? []), "a"].includes("b"),
    "a list with holes or spread elements has no form in CEL",
  ],
  ["a lookahead", (i) => /a(?=b)/.test(i.name), "a pattern means something else in CEL, or nothing: a(?=b)"],
  ["a named group", (i) => /(?<a>b)/.test(i.name), "a pattern means something else in CEL, or nothing: (?<a>b)"],
  ["a backreference", (i) => /(a)\1/.test(i.name), "a pattern means something else in CEL, or nothing: (a)\\1"],
  [
    "a class with all but spaces",
    (i) => /a[\S]b/.test(i.name),
    "a pattern means something else in CEL, or nothing: a[\\S]b",
  ],
  [
    "all but spaces, of which one is half of some characters",
    (i) => /a\Sb/.test(i.name),
    "\\S of a pattern without the flag u is half of some characters: a\\Sb",
  ],
  [
    "a class without a character",
    // biome-ignore lint/correctness/noEmptyCharacterClassInRegex: it is what is refused
    (i) => /[][a]/.test(i.name),
    "a pattern means something else in CEL, or nothing: [][a]",
  ],
  [
    "a pattern with the flag i alone",
    (i) => /sk/i.test(i.name),
    "a pattern with the flag i means something else without the flag u: sk",
  ],
  [
    "a dot that is half of some characters",
    (i) => /^a.b$/.test(i.name),
    ". of a pattern without the flag u is half of some characters: ^a.b$",
  ],
  [
    "other characters, of which one is half of some",
    (i) => /^[^b]$/.test(i.name),
    "[^b] of a pattern without the flag u is half of some characters: ^[^b]$",
  ],
  [
    "a member that may be inherited",
    (i, { data }) => i.name in data.byName,
    "in also finds inherited members, such as constructor; write Object.hasOwn(b, a)",
  ],
  ["a pattern of more lines", (i) => /^a$/m.test(i.name), "a pattern with the flags m has no form in CEL"],
  [
    "an unknown member of the scope",
    (_, { other }: Scope & { readonly other?: string }) => other === "a",
    "the function uses other, which is none of its parameters; put it into data",
  ],
  [
    "a loop",
    (i) => {
      for (const tag of i.tags ?? []) if (tag === "a") return true;
      return false;
    },
    'a statement has no form in CEL: for (const tag of i.tags ?? []) if (tag === "a") return true;',
  ],
  [
    "a variable that changes",
    (i) => {
      let host = i.name;
      host += "a";
      return host === "a";
    },
    "a statement has no form in CEL: let host = i.name;",
  ],
  [
    "an error",
    (i) => {
      if (i.isOn === true) throw new Error(i.name);
      return false;
    },
    "a statement has no form in CEL: throw new Error(i.name);",
  ],
])("celOf refuses %s", (_, fault, reason) => {
  let found: unknown;
  try {
    found = celOf(fault, ARGUMENTS);
  } catch (error) {
    found = error instanceof NotNativeError ? error.message : error;
  }
  expect(found).toBe(reason);
});
