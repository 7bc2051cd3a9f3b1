import { describe, expect, it } from "vitest";
import { registerPolicy } from "../../../src/cli/new/registerPolicy.ts";

const policy = { identifier: "team", path: "./policies/team" };

describe("registerPolicy", () => {
  it.each<[what: string, before: string, after: string]>([
    [
      "a list on one line",
      'import { defineGate } from "postern";\nexport default defineGate({ policies: [one], clusters: {} });\n',
      'import { defineGate } from "postern";\nimport { team } from "./policies/team.ts";\nexport default defineGate({ policies: [one, team], clusters: {} });\n',
    ],
    [
      "an empty list",
      'import { defineGate } from "postern";\nexport default defineGate({ clusters: {}, policies: [ ] });\n',
      'import { defineGate } from "postern";\nimport { team } from "./policies/team.ts";\nexport default defineGate({ clusters: {}, policies: [team] });\n',
    ],
    [
      "a list on several lines, with comments and brackets in texts",
      'import {\n  defineGate,\n} from "postern";\nimport { one } from "./one.js";\n\nexport default defineGate({\n  policies: [\n    one({ names: ["]"] }), // the last ]\n  ],\n  clusters: {},\n});\n',
      'import {\n  defineGate,\n} from "postern";\nimport { one } from "./one.js";\nimport { team } from "./policies/team.js";\n\nexport default defineGate({\n  policies: [\n    one({ names: ["]"] }), // the last ]\n    team,\n  ],\n  clusters: {},\n});\n',
    ],
    [
      "a list without a comma at its end, and Windows line ends",
      'import { defineGate } from "postern";\r\nimport { one } from "./one";\r\nexport default defineGate({\r\n  policies: [\r\n    one\r\n  ],\r\n});\r\n',
      'import { defineGate } from "postern";\r\nimport { one } from "./one";\r\nimport { team } from "./policies/team";\r\nexport default defineGate({\r\n  policies: [\r\n    one,\r\n    team,\r\n  ],\r\n});\r\n',
    ],
    [
      "a gate with entries, whose lists are others",
      'import { defineGate } from "postern";\nexport default defineGate({ entries: { pods: { policies: ["one"] } }, /* policies: [ */ policies: [one] });\n',
      'import { defineGate } from "postern";\nimport { team } from "./policies/team.ts";\nexport default defineGate({ entries: { pods: { policies: ["one"] } }, /* policies: [ */ policies: [one, team] });\n',
    ],
  ])("adds to %s", (_, before, after) => {
    expect(registerPolicy(before, policy)).toBe(after);
  });

  it.each<[what: string, gate: string]>([
    ["no gate", "export default 1;\n"],
    ["two gates", "defineGate({ policies: [] }); defineGate({ policies: [] });\n"],
    ["a list by name", "defineGate({ policies, clusters: {} });\n"],
    ["a list that is not one", "defineGate({ policies: all(), clusters: {} });\n"],
    ["a list in an entry only", "defineGate({ entries: { pods: { policies: [] } } });\n"],
    ["a list in a text only", 'defineGate({ name: "policies: [" });\n'],
    ["the name in use", "const team = 1; defineGate({ policies: [] });\n"],
    ["an object that does not end", "defineGate({ policies: [\n"],
  ])("leaves %s alone", (_, gate) => {
    expect(registerPolicy(gate, policy)).toBeUndefined();
  });
});
