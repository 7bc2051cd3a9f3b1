import { describe, expect, it } from "vitest";
import { viewFolder } from "../../../src/cli/help/FolderView.ts";
import { greeting } from "../../../src/cli/help/greeting.ts";

const ALL = ["init", "new", "review", "explain", "test", "render", "sync", "doctor"];
const IMAGE = ["sync", "announce", "rollout", "doctor", "tls-sidecar"];

/** The commands that are offered in a folder with these files. */
function offered(files: readonly string[], commands = ALL): string[] {
  const text = greeting(
    "1.2.3",
    commands,
    viewFolder((path) => files.includes(path)),
  );
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(text.split("\n").length).toBeLessThanOrEqual(24);
  return [...text.matchAll(/\$ postern (.*)/g)].map(([, command = ""]) => command);
}

describe("postern without arguments offers three commands", () => {
  it.each<[what: string, files: string[], commands: string[], offered: string[]]>([
    ["in an empty folder", [], ALL, ["init", "new policy require-team", "review --use deny-labels ."]],
    [
      "in a project",
      ["functions/gate.ts", "deploy", "gate.ts"],
      ALL,
      ["test", "review --cluster NAME deploy", "render --cluster NAME --url https://GATE"],
    ],
    [
      "with a gate elsewhere",
      ["src/gate.ts"],
      ALL,
      [
        "test --gate src/gate.ts",
        "review --gate src/gate.ts --cluster NAME .",
        "render --gate src/gate.ts --cluster NAME --url https://GATE",
      ],
    ],
    [
      "with a config of the sync",
      ["sync.yaml"],
      ALL,
      ["doctor --config sync.yaml", "sync --config sync.yaml --dry-run", "doctor --preflight https://gate.example.com"],
    ],
    [
      "in the container image, which has no command for gates",
      [],
      IMAGE,
      ["doctor --config sync.yaml", "sync --config sync.yaml --dry-run", "doctor --preflight https://gate.example.com"],
    ],
  ])("%s", (_what, files, commands, expected) => expect(offered(files, commands)).toEqual(expected));
});
