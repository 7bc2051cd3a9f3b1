import { readdirSync, readFileSync } from "node:fs";
import { nonoptional, number, object, optional, parse } from "zod/mini";
import { patience } from "../../run/speedFactor.ts";
import type { MemoryUse } from "./Growth.ts";

const answer = object({ id: optional(number()), result: optional(object({ usedSize: optional(number()) })) });
/** The page size of Linux on x86-64 and arm64. */
const PAGE_BYTES = 4096;
/** The limit of each answer, on the reference machine. */
const PATIENCE_MS = 10_000;

/** Measures a Node process that was started with `--inspect`, over the inspector protocol. */
export class HeapProbe {
  readonly #socket: WebSocket;
  readonly #pid: number;
  #id = 0;

  private constructor(socket: WebSocket, pid: number) {
    this.#socket = socket;
    this.#pid = pid;
  }

  /** `url` is the inspector URL that the process prints to standard error. */
  static async open(url: string, pid: number): Promise<HeapProbe> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error("the inspector cannot be reached")), { once: true });
    });
    return new HeapProbe(socket, pid);
  }

  /** Collects garbage, and measures the memory. */
  async measure(rotations: number): Promise<MemoryUse> {
    // Finalizers of the first collection release objects for the second one.
    for (const _ of [1, 2]) await this.#ask("HeapProfiler.collectGarbage");
    const { usedSize } = await this.#ask("Runtime.getHeapUsage");
    const statm = readFileSync(`/proc/${this.#pid}/statm`, "utf8").split(" ");
    return {
      rotations,
      heap: parse(nonoptional(number()), usedSize),
      resident: Number(statm[1]) * PAGE_BYTES,
      handles: this.handles(),
    };
  }

  /** Open file handles, sockets included. */
  handles(): number {
    return readdirSync(`/proc/${this.#pid}/fd`).length;
  }

  close(): void {
    this.#socket.close();
  }

  #ask(method: string): Promise<{ usedSize?: number | undefined }> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#socket.removeEventListener("message", onMessage);
      };
      const onMessage = ({ data }: MessageEvent): void => {
        const { id: to, result } = parse(answer, JSON.parse(String(data)));
        if (to !== id) return;
        end();
        resolve(result ?? {});
      };
      const limit = patience(PATIENCE_MS);
      const timer = setTimeout(() => {
        end();
        reject(new Error(`the inspector did not answer ${method} in ${limit / 1000} s`));
      }, limit);
      this.#socket.addEventListener("message", onMessage);
      this.#socket.send(JSON.stringify({ id, method }));
    });
  }
}
