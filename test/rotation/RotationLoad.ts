import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { parse } from "zod/mini";
import { patience } from "../run/speedFactor.ts";
import { type LoadNews, type LoadOrder, type LoadReport, type LoadStart, loadNews } from "./LoadMessage.ts";

const script = fileURLToPath(new URL("loadProcess.ts", import.meta.url));
/** For any answer, on the reference machine. In milliseconds. */
const PATIENCE = 60_000;

/** Calls by their connections, new or kept, and by what came of them: the right answer (`ok`) or not. */
export interface CallKind {
  readonly isNew: boolean;
  readonly ok: boolean;
}

/** A process that posts reviews by the clock while certificates are replaced, and looks at what each handshake brings. */
export class RotationLoad {
  readonly failures: string[] = [];
  readonly #child: ChildProcess;
  readonly #news = new EventEmitter<{ news: [LoadNews] }>();
  #seen = 0;
  #drained = 0;
  readonly #calls: CallKind[] = [];

  private constructor() {
    this.#child = fork(script, { serialization: "advanced" });
    this.#child.on("message", (message) => {
      const news = parse(loadNews, message);
      if (news.type === "seen") this.#seen = news.index;
      else if (news.type === "drained") this.#drained = news.index;
      else if (news.type === "failed") this.failures.push(news.what);
      else if (news.type === "called") this.#calls.push(news);
      this.#news.emit("news", news);
    });
  }

  static async start(): Promise<RotationLoad> {
    const load = new RotationLoad();
    try {
      await load.#until((news) => (news.type === "ready" ? true : undefined), "ready");
      return load;
    } catch (error) {
      await load.kill();
      throw error;
    }
  }

  /** Begins to send. At least one certificate has been {@link place}d by then. */
  send(start: Omit<LoadStart, "type">): void {
    this.#order({ type: "start", ...start });
  }

  /** Says that this certificate may be served from now on; its serial in upper-case hex. */
  async place(index: number, serial: string): Promise<void> {
    const known = this.#until((news) => (news.type === "placed" && news.index === index ? true : undefined), "placed");
    this.#order({ type: "place", index, serial });
    await known;
  }

  /** Resolves once a new handshake has brought this certificate. */
  async seen(index: number): Promise<void> {
    if (this.#seen >= index) return;
    await this.#until(() => (this.#seen >= index ? true : undefined), `handshake with certificate ${index}`);
  }

  /** Resolves once no kept connection has an older certificate. */
  async drained(index: number): Promise<void> {
    if (this.#drained >= index) return;
    await this.#until(() => (this.#drained >= index ? true : undefined), `drain up to certificate ${index}`);
  }

  /** Resolves once so many more calls of a kind have ended. */
  async called(kind: CallKind, more: number): Promise<void> {
    const count = (): number => this.#calls.filter(({ isNew, ok }) => isNew === kind.isNew && ok === kind.ok).length;
    const goal = count() + more;
    const what = `${more} calls on ${kind.isNew ? "new" : "kept"} connections that ${kind.ok ? "succeed" : "fail"}`;
    await this.#until(() => (count() >= goal ? true : undefined), what);
  }

  /** Ends the load and its process. */
  async stop(): Promise<LoadReport> {
    const report = this.#until((news) => (news.type === "done" ? news.report : undefined), "report");
    this.#order({ type: "stop" });
    const done = await report;
    await this.kill();
    return done;
  }

  /** Ends the process, whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #order(order: LoadOrder): void {
    this.#child.send(order);
  }

  #until<T>(find: (news: LoadNews) => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#news.off("news", look);
        this.#child.off("exit", onExit);
      };
      const look = (news: LoadNews): void => {
        const found = find(news);
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const fail = (words: string): void => {
        end();
        reject(new Error(words));
      };
      const onExit = (code: number | null): void => fail(`the load's process ended (${code}); waited for: ${what}`);
      const limit = patience(PATIENCE);
      const timer = setTimeout(() => fail(`the load did not say in ${limit / 1000} s: ${what}`), limit);
      this.#news.on("news", look);
      this.#child.once("exit", onExit);
    });
  }
}
