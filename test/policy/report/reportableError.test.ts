import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { PolicyUseError } from "../../../src/policy/define/PolicyUseError.ts";
import { reportableError } from "../../../src/policy/report/reportableError.ts";

const SECRET = "hunter2 Correct-Horse\n    at staple (/battery:1:1)";

/** Everything that a log could write of an error. */
function textOf(error: Error): string {
  const cause = error.cause instanceof Error ? textOf(error.cause) : "";
  return [error.name, error.message, error.stack ?? "", JSON.stringify({ ...error }), cause].join("\n");
}

/** The report of what a function throws. */
function reported(call: (value: string) => unknown, isSecret = false): Error {
  try {
    call(SECRET);
  } catch (error) {
    return reportableError(error, { source: String(call), isSecret });
  }
  throw new Error("nothing was thrown");
}

class TooLongError extends Error {
  readonly code = "ERR_TOO_LONG";
  constructor(value: string) {
    super(`too long: ${value}`);
    this.name = "TooLongError";
  }
}

const SOURCES: [what: string, name: string, message: string, call: (value: string) => unknown][] = [
  ["JSON.parse of a value", "SyntaxError", "Unexpected token … is not valid JSON", (value) => JSON.parse(value)],
  [
    "JSON.parse of a longer value",
    "SyntaxError",
    "Unexpected token … a … is not valid JSON",
    (value) => JSON.parse(`{"a":${value}`),
  ],
  [
    "a missing member",
    "TypeError",
    "Cannot read properties of undefined (reading 'labels')",
    () => Object(undefined).metadata.labels,
  ],
  [
    "a member named by the object",
    "TypeError",
    "Cannot read properties of undefined (reading '…')",
    (value) => Object({}).metadata[value],
  ],
  [
    "a call of what is no function",
    "TypeError",
    "Object(...)[value] is not a function",
    (value) => Object({ value })[value](),
  ],
  [
    "an error that quotes",
    "Error",
    "no team for …",
    (value) => {
      throw new Error(`no team for ${value}`);
    },
  ],
  [
    "an error that is the value",
    "Error",
    "…",
    (value) => {
      throw new Error(value);
    },
  ],
  [
    "an error with the value in between",
    "RangeError",
    "limit … exceeded",
    (value) => {
      throw new RangeError(`limit ${value} exceeded`);
    },
  ],
  [
    "an own class with a code",
    "TooLongError",
    "…",
    (value) => {
      throw new TooLongError(value);
    },
  ],
  [
    "a value that is thrown",
    "Error",
    "a value that is not an Error was thrown",
    (value) => {
      throw value;
    },
  ],
  [
    "an object that is thrown",
    "Error",
    "a value that is not an Error was thrown",
    (value) => {
      throw { value };
    },
  ],
  [
    "null that is thrown",
    "Error",
    "a value that is not an Error was thrown",
    () => {
      throw null;
    },
  ],
  [
    "an error with the value as its name",
    "Error",
    "bad",
    (value) => {
      throw Object.assign(new Error("bad"), { name: value });
    },
  ],
  [
    "an error with the value as its code",
    "Error",
    "bad",
    (value) => {
      throw Object.assign(new Error("bad"), { code: value });
    },
  ],
  [
    "an error with members",
    "Error",
    "bad",
    (value) => {
      throw Object.assign(new Error("bad"), { object: value });
    },
  ],
  [
    "an error with another stack",
    "Error",
    "bad",
    (value) => {
      throw Object.assign(new Error("bad"), { stack: `Error: bad ${value.split("\n", 1)[0]}` });
    },
  ],
  [
    "an error whose message changes",
    "Error",
    "bad",
    (value) => {
      throw Object.assign(new Error(value), { message: "bad" });
    },
  ],
  [
    "a cause",
    "Error",
    "bad",
    (value) => {
      throw new Error("bad", { cause: new Error(value) });
    },
  ],
  [
    "a cause that is no error",
    "Error",
    "bad",
    (value) => {
      throw new Error("bad", { cause: value });
    },
  ],
  [
    "an AggregateError",
    "AggregateError",
    "bad",
    (value) => {
      throw new AggregateError([new Error(value)], "bad");
    },
  ],
  [
    "zod",
    "$ZodError",
    "… a … Invalid input …",
    (value) => z.object({ a: z.literal("x") }).parse({ a: value, [value]: 1 }),
  ],
  ["an invalid URL", "TypeError", "Invalid URL", (value) => new URL(value)],
  ["atob", "InvalidCharacterError", "Invalid …", (value) => atob(`${value}=`)],
  ["decodeURIComponent", "URIError", "…", (value) => decodeURIComponent(`%${value}`)],
  ["an invalid RegExp", "SyntaxError", "Invalid …", (value) => new RegExp(`(${value}`)],
  ["BigInt", "SyntaxError", "Cannot … to a BigInt", (value) => BigInt(value)],
  ["structuredClone", "DataCloneError", "… value … not …", (value) => structuredClone({ [value]: () => value })],
  [
    "a frozen object",
    "TypeError",
    "Cannot define property …, object is not extensible",
    (value) => {
      Object.freeze({ [value]: 1 });
      Object.defineProperty(Object.freeze({}), value, {});
    },
  ],
];

describe("reportableError repeats nothing of the object", () => {
  it.each(SOURCES)("%s", (_, name, message, call) => {
    const error = reported(call);
    expect(textOf(error)).not.toMatch(/hunter2|correct|horse|staple|battery/i);
    expect([error.name, error.message]).toEqual([name, message]);
  });

  it.each(SOURCES)("%s, for a Secret", (_, __, ___, call) => {
    const error = reported(call, true);
    expect(textOf(error)).not.toMatch(/hunter2|correct|horse|staple|battery/i);
    expect(error.message).toMatch(/^\(not shown: the object is a Secret\)$|was thrown$/);
  });
});

describe("reportableError keeps what helps", () => {
  function validate(value: string): unknown {
    return JSON.parse(value);
  }

  it("the places of the stack", () => {
    expect(reported(validate).stack).toMatch(
      /^SyntaxError: Unexpected[^\n]*\n {4}at JSON\.parse \(<anonymous>\)\n {4}at validate \(.*reportableError\.test\.ts/,
    );
    expect(reported(validate, true).stack).toMatch(
      /^SyntaxError: \(not shown: [^\n]*\n {4}at \(<anonymous>\)\n {4}at \(.*reportableError\.test\.ts/,
    );
  });

  it("the code of the system, and a code in the policy", () => {
    const withCode = (code: string) => () => {
      throw Object.assign(new Error("bad"), { code });
    };
    expect(reported(withCode("ECONNREFUSED"))).toMatchObject({ code: "ECONNREFUSED" });
    expect(reported(withCode("no-team"))).not.toHaveProperty("code");
    const error = reported(() => {
      throw Object.assign(new Error("bad"), { code: "no-team" });
    });
    expect(error).toMatchObject({ code: "no-team" });
  });

  it("the causes, to a depth", () => {
    const deep = Array.from({ length: 20 }).reduce<Error>((cause) => new Error("bad", { cause }), new Error("bad"));
    let depth = 0;
    for (
      let error: unknown = reportableError(deep, { source: "", isSecret: false });
      error instanceof Error;
      error = error.cause
    )
      depth += 1;
    expect(depth).toBe(6);
  });

  const thrownBy = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return error;
    }
    throw new Error("nothing was thrown");
  };
  const frozen: Record<string, unknown> = Object.freeze({ name: "x", "app.kubernetes.io/name": "y" });
  const list: unknown[] = Object.freeze(["y", "x"]) as unknown[];

  it.each<[what: string, call: () => unknown, text: string, elsewhere: string]>([
    [
      "a property of undefined",
      () => Object(undefined).foo.bar,
      "Cannot read properties of undefined (reading 'bar')",
      "Cannot read properties of undefined (reading '…')",
    ],
    [
      "a property of null that is set",
      () => {
        Object({ foo: null }).foo.bar = 1;
      },
      "Cannot set properties of null (setting 'bar')",
      "Cannot set properties of null (setting '…')",
    ],
    [
      "a member of a frozen object",
      () => {
        frozen.name = "z";
      },
      "Cannot assign to read only property 'name' of object '#<Object>'",
      "Cannot assign to read only property '…' of object '#<Object>'",
    ],
    [
      "a label of a frozen object",
      () => delete frozen["app.kubernetes.io/name"],
      "Cannot delete property 'app.kubernetes.io/name' of #<Object>",
      "Cannot delete property '…' of #<Object>",
    ],
    [
      "a frozen list that grows",
      () => list.push("z"),
      "Cannot add property 2, object is not extensible",
      "Cannot add property …, object is not extensible",
    ],
    [
      "a frozen list that is sorted",
      () => list.sort(),
      "Cannot assign to read only property '0' of object '[object Array]'",
      "Cannot assign to read only property '…' of object '[object Array]'",
    ],
    [
      "a new member of a frozen object",
      () => {
        frozen.team = "z";
      },
      "Cannot add property team, object is not extensible",
      "Cannot add property …, object is not extensible",
    ],
    ["what is no function", () => Object({}).spec(), "Object(...).spec is not a function", "… is not a function"],
  ])(
    "%s: whole in a local run, without the property elsewhere, and nothing for a Secret",
    (_, call, text, elsewhere) => {
      const error = thrownBy(call);
      // The source is that of another function, such as one that calls this one.
      const said = (isLocal: boolean, isSecret: boolean): string =>
        reportableError(error, { source: "validate", isLocal, isSecret }).message;
      expect([said(true, false), said(false, false)]).toEqual([text, elsewhere]);
      expect(said(true, true)).toBe("(not shown: the object is a Secret)");
    },
  );

  it.each(SOURCES)("nothing of the object in a local run either: %s", (_, name, __, call) => {
    const error = reportableError(
      thrownBy(() => call(SECRET)),
      { source: String(call), isSecret: false, isLocal: true },
    );
    expect(textOf(error)).not.toMatch(/hunter2|correct|horse|staple|battery/i);
    expect(error.name).toBe(name);
  });

  it("an error about the use of Postern", () => {
    const error = new PolicyUseError("FindingError", "bad-finding", "deny requires a message");
    expect(reportableError(error, { source: "", isSecret: true })).toBe(error);
  });
});
