/** The variables of an expression. */
export type CelBindings = Readonly<Record<string, unknown>>;

/** An expression failed. The API server then applies failurePolicy. */
export class CelError extends Error {}

type Evaluate = (bindings: CelBindings) => unknown;

const TOKEN =
  /\s*(?:(?<string>'(?:\\(?:u[0-9a-f]{4}|.)|[^'\\])*')|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|&&|\|\||[()[\]{}.,?:!]))/y;

/**
 * Evaluates the part of CEL that registrations use, with the error rules of the language (cel-spec, "Evaluation"): a
 * missing member is an error, `has` tests for it, and `||`, `&&` and `exists` ignore an error that does not decide. Throws
 * {@link CelError}, and SyntaxError for other parts of CEL.
 */
export function evaluateCel(expression: string, bindings: CelBindings): unknown {
  const known = COMPILED.get(expression) ?? compile(expression);
  COMPILED.set(expression, known);
  return known(bindings);
}

const COMPILED = new Map<string, Evaluate>();

function compile(expression: string): Evaluate {
  const tokens = tokensOf(expression);
  let at = 0;
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const demand = (token: string): void => {
    if (!take(token)) throw new SyntaxError(`expected ${token} and not ${tokens[at]} in ${expression}`);
  };
  const list = (end: string): Evaluate[] => {
    const elements: Evaluate[] = [];
    while (!take(end)) {
      elements.push(conditional());
      if (tokens[at] !== end) demand(",");
    }
    return elements;
  };

  function conditional(): Evaluate {
    const test = chain("||", () => chain("&&", relation, false), true);
    if (!take("?")) return test;
    const yes = conditional();
    demand(":");
    const no = conditional();
    return (bindings) => (boolean(test(bindings)) ? yes(bindings) : no(bindings));
  }

  function chain(sign: string, next: () => Evaluate, deciding: boolean): Evaluate {
    const parts = [next()];
    while (take(sign)) parts.push(next());
    return parts.length === 1
      ? (parts[0] as Evaluate)
      : (bindings) =>
          decide(
            parts.map((part) => () => part(bindings)),
            deciding,
          );
  }

  function relation(): Evaluate {
    const left = unary();
    const sign = ["==", "!=", "in"].find(take);
    if (sign === undefined) return left;
    const right = unary();
    return (bindings) => {
      const [one, other] = [left(bindings), right(bindings)];
      return sign === "in" ? contains(other, one) : (one === other) === (sign === "==");
    };
  }

  function unary(): Evaluate {
    if (!take("!")) return member();
    const negated = unary();
    return (bindings) => !boolean(negated(bindings));
  }

  function member(): Evaluate {
    let value = primary();
    for (;;) {
      const owner = value;
      if (take("[")) {
        const key = conditional();
        demand("]");
        value = (bindings) => select(owner(bindings), String(key(bindings)));
      } else if (take(".")) {
        const name = tokens[at++] ?? "";
        value = take("(") ? method(owner, name) : (bindings) => select(owner(bindings), name);
      } else return value;
    }
  }

  function method(owner: Evaluate, name: string): Evaluate {
    if (name === "exists") {
      const variable = tokens[at++] ?? "";
      demand(",");
      const body = conditional();
      demand(")");
      return (bindings) =>
        decide(
          elementsOf(owner(bindings)).map((element) => () => body({ ...bindings, [variable]: element })),
          true,
        );
    }
    const [argument] = list(")");
    if (argument === undefined) throw new SyntaxError(`${name} without an argument`);
    return (bindings) => stringMethod(name, owner(bindings), argument(bindings));
  }

  function primary(): Evaluate {
    if (take("(")) {
      const inner = conditional();
      demand(")");
      return inner;
    }
    if (take("[")) {
      const elements = list("]");
      return (bindings) => elements.map((element) => element(bindings));
    }
    if (take("{")) {
      demand("}");
      return () => ({});
    }
    const token = tokens[at++] ?? "";
    if (token.startsWith("'")) {
      const text = unquote(token);
      return () => text;
    }
    if (token === "has") return presence();
    if (token === "null") return () => null;
    if (token === "true" || token === "false") return () => token === "true";
    return (bindings) => {
      if (!Object.hasOwn(bindings, token)) throw new SyntaxError(`no variable ${token} in ${expression}`);
      return bindings[token];
    };
  }

  /** `has(a.b.c)`: whether the last member exists. The members before it must exist. */
  function presence(): Evaluate {
    demand("(");
    const path: string[] = [tokens[at++] ?? ""];
    while (take(".")) path.push(tokens[at++] ?? "");
    demand(")");
    const [variable = "", ...members] = path;
    const last = members.pop() ?? "";
    return (bindings) => Object.hasOwn(record(members.reduce(select, bindings[variable])), last);
  }

  const evaluate = conditional();
  if (at !== tokens.length) throw new SyntaxError(`${tokens[at]} is unexpected in ${expression}`);
  return evaluate;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const begin = TOKEN.lastIndex;
    const groups = TOKEN.exec(expression)?.groups;
    if (groups === undefined) throw new SyntaxError(`cannot read ${expression.slice(begin)}`);
    tokens.push(groups.string ?? groups.name ?? groups.sign ?? "");
  }
  return tokens;
}

function unquote(token: string): string {
  return token
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_match, code?: string, plain?: string) =>
      code === undefined ? (plain ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
    );
}

/** `||` (deciding: true) and `&&` (false): a part that decides wins over errors in the others. */
function decide(parts: readonly (() => unknown)[], deciding: boolean): boolean {
  let error: unknown;
  for (const part of parts)
    try {
      if (boolean(part()) === deciding) return deciding;
    } catch (thrown) {
      if (!(thrown instanceof CelError)) throw thrown;
      error = thrown;
    }
  if (error !== undefined) throw error;
  return !deciding;
}

function boolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new CelError(`${JSON.stringify(value)} is not a boolean`);
  return value;
}

function record(value: unknown): object {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CelError(`${JSON.stringify(value)} has no members`);
  return value;
}

function select(value: unknown, member: string): unknown {
  const owner = record(value);
  if (!Object.hasOwn(owner, member)) throw new CelError(`no such key: ${member}`);
  return Reflect.get(owner, member);
}

function elementsOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new CelError("exists needs a list");
  return value;
}

function contains(container: unknown, value: unknown): boolean {
  return Array.isArray(container) ? container.includes(value) : Object.hasOwn(record(container), String(value));
}

function stringMethod(name: string, owner: unknown, argument: unknown): boolean {
  if (typeof owner !== "string" || typeof argument !== "string") throw new CelError(`no such overload: ${name}`);
  switch (name) {
    case "startsWith":
      return owner.startsWith(argument);
    case "endsWith":
      return owner.endsWith(argument);
    case "contains":
      return owner.includes(argument);
    case "matches":
      return new RegExp(argument.replace(/^\(\?s\)/, ""), "s").test(owner);
    default:
      throw new SyntaxError(`no method ${name}`);
  }
}
