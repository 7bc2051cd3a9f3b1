import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";

/** Exit code and output of a command. */
export interface ShellResult {
  readonly code: number;
  readonly output: string;
}

/**
 * Variables that npm gives to the processes of this repository. The commands of a user in another folder have none of them.
 * NODE_EXTRA_CA_CERTS is a setting of the machine: without it, no command reaches a registry behind a proxy with a CA of its own.
 */
const OF_NPM =
  /^(?:npm_(?:lifecycle|package|command|execpath|node_execpath|config_(?:local_prefix|prefix|global_prefix))|INIT_CWD|NODE_(?!EXTRA_CA_CERTS$)|VITEST)/;

/** A shell as a user has it: this Node first on the PATH, and nothing of this repository. */
export class UserShell {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #background: ChildProcess[] = [];

  /** `bin` is a folder with programs of the user, such as kubectl. */
  constructor(bin: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH = "" } = process.env;
    const path = PATH.split(":").filter((folder) => !folder.includes("node_modules/.bin"));
    const given = Object.entries(process.env).filter(([name]) => !OF_NPM.test(name));
    this.#env = {
      ...Object.fromEntries(given),
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_prefer_offline: "true",
      WRANGLER_SEND_METRICS: "false",
      PATH: [...bin, dirname(process.execPath), ...path].join(":"),
      ...env,
    };
  }

  /** Runs a command in a folder. Resolves for every exit code. */
  async run(command: string, cwd: string): Promise<ShellResult> {
    const child = spawn("sh", ["-c", command], { cwd, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    const output = collect(child);
    const [code] = await once(child, "close");
    return { code: Number(code ?? -1), output: output() };
  }

  /** Starts a command in the background. Returns its output so far. `stop` ends it. */
  start(command: string, cwd: string): () => string {
    const child = spawn("sh", ["-c", command], {
      cwd,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#background.push(child);
    return collect(child);
  }

  /** Ends what runs in the background, with its children. */
  async stop(): Promise<void> {
    for (const child of this.#background) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const closed = once(child, "close");
      process.kill(-child.pid, "SIGTERM");
      await closed;
    }
  }
}

function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return () => output;
}
