import { runProgram } from "../../src/cli/program.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { ALL_COMMANDS } from "./runPostern.ts";

const PATIENCE = patience(25_000);
const SIGNALS = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * A `postern` that runs until a signal, in this process, because a new process takes longer to start. Only one at a
 * time, because signals reach all of them. Use {@link PosternProcess} to test signals and exit of the process itself.
 */
export class PosternRun {
  out = "";
  err = "";
  readonly #ended: Promise<number>;
  #isDone = false;
  /** The other listeners of each signal. */
  readonly #others = new Map<Signal, readonly unknown[]>(SIGNALS.map((name) => [name, process.rawListeners(name)]));

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const stdout = { write: (text: string) => (this.out += text), isTTY: false };
    const stderr = { write: (text: string) => (this.err += text), isTTY: false };
    this.#ended = runProgram(
      args,
      { stdout, stderr, stdin: nothing(), env },
      { version: "1.2.3" },
      ALL_COMMANDS,
    ).finally(() => {
      this.#isDone = true;
    });
  }

  /** Resolves to the match once an output matches. */
  async says(text: RegExp, from: "out" | "err" = "out"): Promise<RegExpExecArray> {
    const didNotSay = (): Error => new Error(`postern did not say ${text}:\n${this.out}\n${this.err}`);
    const ask = (): RegExpExecArray | undefined => {
      const match = text.exec(this[from]);
      if (match === null && this.#isDone) throw didNotSay();
      return match ?? undefined;
    };
    return eventually(String(text), ask, PATIENCE).catch(() => {
      throw didNotSay();
    });
  }

  /** Resolves to the exit code. Rejects when it keeps running. */
  exit(): Promise<number> {
    return eventually("postern's end", () => (this.#isDone ? this.#ended : undefined), PATIENCE);
  }

  /** Sends a signal only to it. */
  signal(name: Signal): void {
    for (const listener of process.rawListeners(name))
      if (this.#others.get(name)?.includes(listener) !== true) Reflect.apply(listener, process, [name]);
  }

  /** Stops it when it still runs. */
  async stop(): Promise<void> {
    if (!this.#isDone) this.signal("SIGTERM");
    await this.exit();
  }
}

async function* nothing(): AsyncGenerator<string> {}
