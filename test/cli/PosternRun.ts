import { runProgram } from "../../src/cli/program.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { ALL_COMMANDS } from "./runPostern.ts";

const PATIENCE = patience(25_000);
const SIGNALS = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * A `postern` that goes on until a signal, run in this process: it starts in no time, where a process of its own loads
 * everything anew. One at a time, for a signal is for all of them. What is about the process itself, such as its signals
 * and its exit, is for {@link PosternProcess}.
 */
export class PosternRun {
  out = "";
  err = "";
  readonly #ended: Promise<number>;
  #isOver = false;
  /** Who listens to a signal without it. */
  readonly #others = new Map<Signal, readonly unknown[]>(SIGNALS.map((name) => [name, process.rawListeners(name)]));

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const stdout = { write: (text: string) => (this.out += text), isTTY: false };
    const stderr = { write: (text: string) => (this.err += text), isTTY: false };
    this.#ended = runProgram(args, { stdout, stderr, stdin: nothing(), env }, "1.2.3", ALL_COMMANDS).finally(() => {
      this.#isOver = true;
    });
  }

  /** The match of a text that its outputs come to have. */
  async says(text: RegExp, from: "out" | "err" = "out"): Promise<RegExpExecArray> {
    const didNotSay = (): Error => new Error(`postern did not say ${text}:\n${this.out}\n${this.err}`);
    const ask = (): RegExpExecArray | undefined => {
      const match = text.exec(this[from]);
      if (match === null && this.#isOver) throw didNotSay();
      return match ?? undefined;
    };
    return eventually(String(text), ask, PATIENCE).catch(() => {
      throw didNotSay();
    });
  }

  /** The exit code. Rejects where it goes on. */
  exit(): Promise<number> {
    return eventually("postern's end", () => (this.#isOver ? this.#ended : undefined), PATIENCE);
  }

  /** Tells it alone of a signal. */
  signal(name: Signal): void {
    for (const listener of process.rawListeners(name))
      if (this.#others.get(name)?.includes(listener) !== true) Reflect.apply(listener, process, [name]);
  }

  /** Ends it, where it has not ended. */
  async stop(): Promise<void> {
    if (!this.#isOver) this.signal("SIGTERM");
    await this.exit();
  }
}

async function* nothing(): AsyncGenerator<string> {}
