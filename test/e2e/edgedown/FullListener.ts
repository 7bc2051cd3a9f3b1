import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { RUN_FOLDER } from "../../run/processes/TestRun.ts";

const PROGRAM =
  'require("node:net").createServer().listen({ port: Number(process.argv[1]), host: "127.0.0.1", backlog: 1 }, () => console.log("listening"))';

/** A port of 127.0.0.1 on which packets get no answer: a stopped process listens, and its queue is full. */
export class FullListener {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #sockets: readonly Socket[];

  private constructor(port: number, child: ChildProcess, sockets: readonly Socket[]) {
    this.port = port;
    this.#child = child;
    this.#sockets = sockets;
  }

  static async start(): Promise<FullListener> {
    const [port = 0] = await freePorts(1);
    const env = { PATH: process.env.PATH, [RUN_FOLDER]: process.env[RUN_FOLDER], TMPDIR: process.env.TMPDIR };
    const child = spawn(process.execPath, ["-e", PROGRAM, String(port)], { env, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGSTOP");
    // Linux keeps one more than the backlog, and some that are half open.
    const sockets = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    return new FullListener(port, child, sockets);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }
}
