import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";

const STARTS = {
  bash: ["bash --norc --noprofile -i", "bind 'set bell-style none'"],
  zsh: ["zsh -f -i", "autoload -U compinit; compinit -u -D; PROMPT_EOL_MARK=; unsetopt list_beep"],
  fish: ["fish --no-config -i", "set -U fish_greeting"],
} as const;

export type TestedShell = keyof typeof STARTS;

/** Whether this machine has the shell, and a terminal for it. */
export function hasShell(shell: TestedShell): boolean {
  return [shell, "script"].every((it) => spawnSync("sh", ["-c", `command -v ${it}`]).status === 0);
}

/** A shell on a terminal of its own, in an empty folder. Its command `postern` prints its arguments. */
export class InteractiveShell {
  readonly folder = mkdtempSync(join(tmpdir(), "postern-shell-"));
  readonly #child: ChildProcess;
  #out = "";
  #count = 0;

  constructor(shell: TestedShell, script: string) {
    const [command, setup] = STARTS[shell];
    writeFileSync(join(this.folder, "completion"), script);
    // TERM without movements of the cursor: each shell then writes plain lines.
    this.#child = spawn("script", ["-qfc", command, "/dev/null"], {
      cwd: this.folder,
      env: { PATH: `${this.folder}/bin:${process.env.PATH}`, HOME: this.folder, TERM: "dumb", COLUMNS: "500" },
      stdio: "pipe",
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
    });
    const report = 'printf "<%s|%s>\\n" "$TURN" "$*"';
    const fish = 'printf "<%s|%s>\\n" "$TURN" "$argv"';
    const define = shell === "fish" ? `function postern; ${fish}; end` : `postern() { ${report}; }`;
    this.#type(`${setup}\n. ./completion\n${define}\n`);
  }

  /** The arguments of `postern` when the keys are typed after it, with `\t` for the key of completion. */
  async completes(keys: string): Promise<string> {
    const turn = `turn${++this.#count}`;
    this.#type(`export TURN=${turn}\n`);
    this.#type(`postern ${keys}\n`);
    const pattern = new RegExp(`<${turn}\\|([^>]*)>`);
    const found = await eventually(keys, () => pattern.exec(this.#out) ?? undefined, patience(20_000)).catch(() => {
      throw new Error(`the shell did not run postern ${JSON.stringify(keys)}:\n${this.#out}`);
    });
    return found[1] ?? "";
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #type(text: string): void {
    this.#child.stdin?.write(text);
  }
}
