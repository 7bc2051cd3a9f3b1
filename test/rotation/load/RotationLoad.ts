import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { parse } from "zod/mini";
import { patience } from "../../run/speedFactor.ts";
import { type LoadNews, type LoadOrder, type LoadReport, type LoadStart, loadNews } from "./LoadMessage.ts";

const script = fileURLToPath(new URL("loadProcess.ts", import.meta.url));
/** The limit of each answer, on the reference machine. */
const PATIENCE_MS = 60_000;

/** A kind of calls: by connection, new or kept, and by result. `ok`: the answer was correct. */
export interface CallKind {
  readonly isNew: boolean;
  readonly ok: boolean;
}

/** A process that posts reviews at a fixed rate while certificates are replaced, and checks each handshake. */
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

  /** Starts to send. Call {@link place} for the first certificate before. */
  send(start: Omit<LoadStart, "type">): void {
    this.#order({ type: "start", ...start });
  }

  /** Allows a certificate, given by its serial number in upper-case hex. */
  async place(index: number, serial: string): Promise<void> {
    const known = this.#until((news) => (news.type === "placed" && news.index === index ? true : undefined), "placed");
    this.#order({ type: "place", index, serial });
    await known;
  }

  /** Resolves when a handshake has shown this certificate. */
  async seen(index: number): Promise<void> {
    if (this.#seen >= index) return;
    await this.#until(() => (this.#seen >= index ? true : undefined), `handshake with certificate ${index}`);
  }

  /** Resolves when no kept connection has an older certificate. */
  async drained(index: number): Promise<void> {
    if (this.#drained >= index) return;
    await this.#until(() => (this.#drained >= index ? true : undefined), `drain up to certificate ${index}`);
  }

  /** Resolves when `more` further calls of a kind have ended. */
  async called(kind: CallKind, more: number): Promise<void> {
    const count = (): number => this.#calls.filter(({ isNew, ok }) => isNew === kind.isNew && ok === kind.ok).length;
    const goal = count() + more;
    const what = `${more} calls on ${kind.isNew ? "new" : "kept"} connections that ${kind.ok ? "succeed" : "fail"}`;
    await this.#until(() => (count() >= goal ? true : undefined), what);
  }

  /** Stops the load and its process. */
  async stop(): Promise<LoadReport> {
    const report = this.#until((news) => (news.type === "done" ? news.report : undefined), "report");
    this.#order({ type: "stop" });
    const done = await report;
    await this.kill();
    return done;
  }

  /** Kills the process. */
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
        this.#news.off("news", onNews);
        this.#child.off("exit", onExit);
      };
      const onNews = (news: LoadNews): void => {
        const found = find(news);
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const fail = (words: string): void => {
        end();
        reject(new Error(words));
      };
      const onExit = (code: number | null): void => fail(`the load process ended (${code}) before: ${what}`);
      const limit = patience(PATIENCE_MS);
      const timer = setTimeout(() => fail(`the load process did not report in ${limit / 1000} s: ${what}`), limit);
      this.#news.on("news", onNews);
      this.#child.once("exit", onExit);
    });
  }
}
