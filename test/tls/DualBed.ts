import { expect } from "vitest";
import { NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed } from "./TlsBed.ts";
import { HOST, makePair } from "./testPki.ts";

/** State of the files of one certificate. */
export type Files = "valid" | "expired" | "future" | "unloadable";
/** The slot of a certificate. */
export type SlotName = "main" | "standby";

const SLOTS: readonly SlotName[] = ["main", "standby"];
/** All states of files. */
export const FILES: readonly Files[] = ["valid", "expired", "future", "unloadable"];
/** Lifetime of each certificate. */
export const LIFE_MS = 1_000_000;

interface Served {
  readonly slot: SlotName;
  readonly serial: string;
  readonly until: number;
}

/** The expected state by the decision table: dates of the certificates, and what is served. */
export class DualModel {
  now = NOW;
  renewing = false;
  readonly files: Record<SlotName, { serial: string; from: number; until: number } | undefined> = {
    main: undefined,
    standby: undefined,
  };
  serving: Served = { slot: "main", serial: "", until: 0 };
  previous: Served | undefined;
  /** The last serial number in each slot. `pinned`: those at the time of SIGUSR2. */
  seen: Partial<Record<SlotName, string>> = {};
  pinned: Partial<Record<SlotName, string>> | undefined;
  takenBack: Partial<Record<SlotName, string>> = {};

  /** Applies one read by the rows of the table. */
  settle(): void {
    for (const slot of SLOTS) {
      const serial = this.files[slot]?.serial;
      if (serial === undefined) continue;
      if (this.pinned?.[slot] !== serial) this.pinned = undefined;
      if (this.takenBack[slot] !== serial) delete this.takenBack[slot];
      this.seen[slot] = serial;
    }
    if (!this.isReady) [this.pinned, this.takenBack] = [undefined, {}];
    if (this.pinned !== undefined) return;
    if (this.renewing && this.statusOf("standby") === "valid" && this.isReady) return;
    for (const wanted of ["valid", "ending"])
      for (const slot of SLOTS) {
        const files = this.files[slot];
        if (files === undefined || this.statusOf(slot) !== wanted) continue;
        if (files.serial !== this.serving.serial && this.serving.serial !== "") this.previous = this.serving;
        this.serving = { slot, serial: files.serial, until: files.until };
        return;
      }
  }

  /** SIGUSR2: the previous certificate serves until a slot changes or it expires. A second SIGUSR2 has no effect. */
  takeBack(): void {
    if (this.previous === undefined || this.now > this.previous.until) return;
    this.takenBack = { ...this.takenBack, [this.serving.slot]: this.serving.serial };
    this.pinned = { ...this.seen };
    [this.serving, this.previous] = [this.previous, undefined];
  }

  get isReady(): boolean {
    return this.now <= this.serving.until;
  }

  /** `ending` is the last twentieth of the lifetime, at most 30 s. */
  statusOf(slot: SlotName): string {
    const files = this.files[slot];
    if (files === undefined || this.takenBack[slot] === files.serial) return "no";
    if (this.now < files.from || this.now > files.until) return "no";
    return this.now >= files.until - Math.min(30_000, (files.until - files.from) / 20) ? "ending" : "valid";
  }
}

/** A {@link DualModel} next to a real server, with a clock that only the test advances. */
export class DualBed {
  readonly folder = new PairFolder();
  readonly model = new DualModel();
  readonly #changes: (() => void)[] = [];
  #bed: TlsBed | undefined;

  static async start(): Promise<DualBed> {
    const dual = new DualBed();
    try {
      await dual.write("main", "valid");
      await dual.write("standby", "valid");
      dual.renew(false);
      dual.apply();
      dual.#bed = await TlsBed.start({
        main: dual.folder.paths("main"),
        standby: dual.folder.paths("standby"),
        rules: { hosts: [HOST], allowLeafOnly: false },
        allowOlder: true,
        renewingFile: `${dual.folder.path}/pod/renewing`,
        drainMs: 0,
      });
    } catch (error) {
      dual.folder.remove();
      throw error;
    }
    dual.model.settle();
    return dual;
  }

  get bed(): TlsBed {
    if (this.#bed === undefined) throw new Error("the server was not started");
    return this.#bed;
  }

  async write(slot: SlotName, files: Files): Promise<void> {
    const { now } = this.model;
    const lives: Record<Files, readonly [from: number, until: number]> = {
      valid: [now - 1_000, now + LIFE_MS],
      expired: [now - LIFE_MS, now - 1_000],
      future: [now + LIFE_MS / 2, now + LIFE_MS],
      unloadable: [now - 1_000, now + LIFE_MS],
    };
    const [from, until] = lives[files];
    // X.509 dates are in whole seconds.
    const times = { notBefore: Math.floor(from / 1000) * 1000, notAfter: Math.floor(until / 1000) * 1000 };
    const { cert, key, serial } = await makePair(times);
    this.#changes.push(() => {
      this.folder.swapVolume(slot, { "tls.crt": files === "unloadable" ? cert.slice(0, 400) : cert, "tls.key": key });
      this.model.files[slot] =
        files === "unloadable" ? undefined : { serial, from: times.notBefore, until: times.notAfter };
    });
  }

  renew(renewing: boolean): void {
    this.#changes.push(() => {
      this.folder.swapVolume("pod", { renewing: String(renewing) });
      this.model.renewing = renewing;
    });
  }

  /** Applies all changes in one step: the server watches, and would act on each change separately. */
  apply(): void {
    for (const change of this.#changes.splice(0)) change();
  }

  /** Sends SIGUSR2, as an operator does. */
  async takeBack(): Promise<void> {
    await this.bed.settled();
    process.emit("SIGUSR2");
    await this.bed.settled();
    this.model.takeBack();
  }

  /** Applies the changes, has the server read them, and compares its state with the model. */
  async compare(what: string): Promise<void> {
    await this.bed.settled();
    this.apply();
    this.bed.now = this.model.now;
    await this.bed.poll();
    this.model.settle();
    const { serial, isReady } = this.bed.reloader.status();
    const [modern, old] = await Promise.all([this.bed.served("TLSv1.3"), this.bed.served("TLSv1.2")]);
    expect({ what, serial, modern, old, isReady }).toEqual({
      what,
      serial: this.model.serving.serial,
      modern: this.model.serving.serial,
      old: this.model.serving.serial,
      isReady: this.model.isReady,
    });
  }

  async stop(): Promise<void> {
    await this.bed.stop();
    this.folder.remove();
  }
}
