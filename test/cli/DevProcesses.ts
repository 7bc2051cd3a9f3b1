import { afterEach, beforeEach } from "vitest";
import { InputFolder } from "./InputFolder.ts";
import { PosternProcess } from "./PosternProcess.ts";

/** The clusters of {@link GATE}. */
export const LOCAL = '{ local: { identity: "none" } }';
/** The gate in the folder of each test. */
export const GATE =
  'import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } } });\n';
/** The arguments that serve it at a free port. */
export const GATE_ARGS = ["--gate", "gate.ts", "--port", "0"];

/** The `postern dev` processes of one test, in a folder with a gate. They end with the test. */
export class DevProcesses {
  #folder: InputFolder | undefined;
  readonly #started: PosternProcess[] = [];

  /** Has a new folder for each test of the calling file. */
  static forEachTest(): DevProcesses {
    const processes = new DevProcesses();
    beforeEach(() => {
      processes.#folder = new InputFolder();
      processes.folder.write("gate.ts", GATE);
    });
    afterEach(() => processes.#end());
    return processes;
  }

  /** The folder of the running test. */
  get folder(): InputFolder {
    if (this.#folder === undefined) throw new Error("no test is running");
    return this.#folder;
  }

  /** Starts `postern dev` in the folder. */
  start(...args: string[]): PosternProcess {
    return this.add(new PosternProcess(["dev", ...args], this.folder.path));
  }

  /** Adds a process that the test started itself. */
  add(process: PosternProcess): PosternProcess {
    this.#started.push(process);
    return process;
  }

  async #end(): Promise<void> {
    const started = this.#started.splice(0);
    for (const process of started) process.kill();
    await Promise.all(started.map(({ ended }) => ended));
    this.folder.remove();
  }
}
