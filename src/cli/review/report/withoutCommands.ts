import type { Output, Terminal } from "../../terminal/Terminal.ts";
import { escapeCommandLines } from "./escapeCommandLines.ts";
import type { ReviewFormat } from "./reviewFormats.ts";

/**
 * The terminal of a review in a job of GitHub, whose log is read for commands: `::` at the beginning of a line, and `##[`
 * anywhere. What is written for people has texts of manifests, so it must begin none. Standard output of the formats for
 * machines stays as it is: they escape these themselves.
 */
export function withoutCommands(terminal: Terminal, format: ReviewFormat): Terminal {
  const { stdout, stderr, env } = terminal;
  if (env.GITHUB_ACTIONS !== "true" && format !== "github") return terminal;
  return { ...terminal, stderr: disarmed(stderr), stdout: format === "text" ? disarmed(stdout) : stdout };
}

function disarmed(output: Output): Output {
  return {
    write: (text) => output.write(escapeCommandLines(text.replaceAll("##[", "# #["), ": ")),
    isTTY: output.isTTY,
  };
}
