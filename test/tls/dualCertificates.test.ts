import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed } from "./TlsBed.ts";
import { HOST, makePair } from "./testPki.ts";

/** How the files of one certificate stand. */
type Files = "valid" | "expired" | "future" | "unloadable";
type SlotName = "main" | "standby";

const SLOTS: readonly SlotName[] = ["main", "standby"];
const FILES: readonly Files[] = ["valid", "expired", "future", "unloadable"];
const LIFE = 1_000_000;

interface Served {
  readonly slot: SlotName;
  readonly serial: string;
  readonly until: number;
}

/** What a person with the table in hand expects: the certificates' times, and what serves. */
class Model {
  now = NOW;
  renewing = false;
  readonly files: Record<SlotName, { serial: string; from: number; until: number } | undefined> = {
    main: undefined,
    standby: undefined,
  };
  serving: Served = { slot: "main", serial: "", until: 0 };
  previous: Served | undefined;
  /** The serials that each slot last had; after going back, those that it had then. */
  seen: Partial<Record<SlotName, string>> = {};
  pinned: Partial<Record<SlotName, string>> | undefined;
  takenBack: Partial<Record<SlotName, string>> = {};

  /** One look, by the table, row by row. */
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
    if (this.renewing && this.stands("standby") === "valid" && this.isReady) return;
    for (const wanted of ["valid", "ending"])
      for (const slot of SLOTS) {
        const files = this.files[slot];
        if (files === undefined || this.stands(slot) !== wanted) continue;
        if (files.serial !== this.serving.serial && this.serving.serial !== "") this.previous = this.serving;
        this.serving = { slot, serial: files.serial, until: files.until };
        return;
      }
  }

  /** SIGUSR2: the one before serves, until a slot has another or it ends; what is taken back is not gone back to. */
  back(): void {
    if (this.previous === undefined || this.now > this.previous.until) return;
    this.takenBack = { ...this.takenBack, [this.serving.slot]: this.serving.serial };
    this.pinned = { ...this.seen };
    [this.serving, this.previous] = [this.previous, undefined];
  }

  get isReady(): boolean {
    return this.now <= this.serving.until;
  }

  /** Near its end: the last twentieth, at most 30 s. */
  stands(slot: SlotName): string {
    const files = this.files[slot];
    if (files === undefined || this.takenBack[slot] === files.serial) return "no";
    if (this.now < files.from || this.now > files.until) return "no";
    return this.now >= files.until - Math.min(30_000, (files.until - files.from) / 20) ? "ending" : "valid";
  }
}

/** The model beside a real server. */
class Dual {
  readonly folder = new PairFolder();
  readonly model = new Model();
  readonly #changes: (() => void)[] = [];
  bed!: TlsBed;

  static async start(): Promise<Dual> {
    const dual = new Dual();
    await dual.write("main", "valid");
    await dual.write("standby", "valid");
    dual.renew(false);
    dual.apply();
    dual.bed = await TlsBed.start({
      main: dual.folder.paths("main"),
      standby: dual.folder.paths("standby"),
      rules: { hosts: [HOST], allowLeafOnly: false },
      allowOlder: true,
      renewingFile: `${dual.folder.path}/pod/renewing`,
      drainMs: 0,
    });
    dual.model.settle();
    return dual;
  }

  async write(slot: SlotName, files: Files): Promise<void> {
    const { now } = this.model;
    const lives: Record<Files, readonly [from: number, until: number]> = {
      valid: [now - 1_000, now + LIFE],
      expired: [now - LIFE, now - 1_000],
      future: [now + LIFE / 2, now + LIFE],
      unloadable: [now - 1_000, now + LIFE],
    };
    const [from, until] = lives[files];
    // X.509 counts in seconds.
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

  /** All changes in one step: the server watches, and would rightly act on what lies between them. */
  apply(): void {
    for (const change of this.#changes.splice(0)) change();
  }

  /** As an operator would. */
  async back(): Promise<void> {
    await this.bed.settled();
    process.emit("SIGUSR2");
    await this.bed.settled();
    this.model.back();
  }

  /** Makes the changes, lets the server look, and compares what it serves and says with the model. */
  async compare(what: string): Promise<void> {
    await this.bed.settled();
    this.apply();
    this.bed.now = this.model.now;
    await this.bed.turn();
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

const beds: Dual[] = [];
async function start(): Promise<Dual> {
  const dual = await Dual.start();
  beds.push(dual);
  return dual;
}
afterEach(async () => {
  await Promise.all(beds.splice(0).map((dual) => dual.stop()));
});

describe("the decision table, against the real server", () => {
  it.each([
    ["main valid", "valid", "valid", false, "main"],
    ["main valid, no standby that can be served", "valid", "unloadable", false, "main"],
    ["main being renewed, standby valid", "valid", "valid", true, "before"],
    ["main being renewed and half written, standby valid", "unloadable", "valid", true, "before"],
    ["main expired, standby valid", "expired", "valid", false, "standby"],
    ["main unloadable, standby valid", "unloadable", "valid", false, "standby"],
    ["main not yet valid, standby valid", "future", "valid", false, "standby"],
    ["neither valid", "expired", "unloadable", false, "before"],
    ["neither valid, and main being renewed", "future", "expired", true, "before"],
  ] as const)("%s", async (what, main, standby, renewing, expected) => {
    const dual = await start();
    const before = dual.model.serving.serial;
    await dual.write("main", main);
    await dual.write("standby", standby);
    dual.renew(renewing);
    await dual.compare(what);
    const { files } = dual.model;
    expect(await dual.bed.served()).toBe(expected === "before" ? before : files[expected]?.serial);
  });

  it("main valid again: back, once it is verified", async () => {
    const dual = await start();
    await dual.write("main", "unloadable");
    await dual.compare("on standby");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("back on main");
    expect(dual.bed.reloader.status()).toMatchObject({ slot: "main", faults: [] });
  });

  it("neither valid, and what serves has ended: it is served on, said, and not ready", async () => {
    const dual = await start();
    dual.model.now += 2 * LIFE;
    await dual.compare("all ended");
    expect(dual.bed.reloader.status()).toMatchObject({
      isReady: false,
      faults: [
        { slot: "main", code: "expired" },
        { slot: "standby", code: "expired" },
      ],
    });
    expect(dual.bed.complaints()).toHaveLength(2);
  });

  it("SIGUSR2 goes back once, stays there while nothing changes, and ends with a new certificate in either slot", async () => {
    const dual = await start();
    const first = dual.model.serving.serial;
    await dual.write("main", "valid");
    await dual.compare("changed");
    await dual.back();
    await dual.compare("gone back");
    expect(await dual.bed.served()).toBe(first);
    await dual.back();
    await dual.compare("there is nothing before that one");
    expect(await dual.bed.served()).toBe(first);
    await dual.write("standby", "valid");
    await dual.compare("what was taken back is still there: the standby serves");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("main has another");
    expect(dual.bed.reloader.status().slot).toBe("main");
  });

  it("SIGUSR2's certificate ends: what was taken back serves again, for it is better than none", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    dual.model.now += LIFE / 2;
    await dual.compare("changed, and half of a life is over");
    await dual.write("standby", "unloadable");
    await dual.write("main", "valid");
    await dual.compare("main is younger");
    const { serial } = dual.model.serving;
    await dual.back();
    await dual.compare("gone back to one with half of its life left");
    expect(dual.model.serving.serial).not.toBe(serial);
    dual.model.now += LIFE / 2 + 2_000;
    await dual.compare("that one has ended");
    expect(await dual.bed.served()).toBe(serial);
  });

  it("never switches twice for the same certificate", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    for (let turn = 0; turn < 5; turn += 1) await dual.compare("again");
    expect(dual.bed.log.lines.filter(({ message }) => message === "certificate switched")).toHaveLength(1);
  });
});

describe("every order of rows", () => {
  const rows = FILES.flatMap((main) =>
    (["valid", "unloadable"] as const).flatMap((standby) =>
      [false, true].map((renewing) => ({ main, standby, renewing })),
    ),
  );

  it.each(rows)(
    "from main $main, standby $standby, renewing $renewing to every other, and back",
    async (from) => {
      const dual = await start();
      for (const to of rows)
        for (const { main, standby, renewing } of [from, to]) {
          await dual.write("main", main);
          await dual.write("standby", standby);
          dual.renew(renewing);
          await dual.compare(`${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
        }
    },
    120_000,
  );
});

describe("any order of events", () => {
  const event = fc.oneof(
    fc.record({
      write: fc.constantFrom<SlotName>("main", "standby"),
      files: fc.constantFrom(...FILES),
    }),
    fc.record({ pass: fc.constantFrom(1_000, LIFE / 2, LIFE - 40_000, LIFE - 10_000, LIFE) }),
    fc.record({ renew: fc.boolean() }),
    fc.record({ back: fc.constant(true) }),
  );
  type Event = typeof event extends fc.Arbitrary<infer It> ? It : never;

  class Happening implements fc.AsyncCommand<Model, Dual> {
    readonly #event: Event;
    constructor(event: Event) {
      this.#event = event;
    }
    check(): boolean {
      return true;
    }
    async run(_model: Model, dual: Dual): Promise<void> {
      if ("write" in this.#event) await dual.write(this.#event.write, this.#event.files);
      else if ("renew" in this.#event) dual.renew(this.#event.renew);
      else if ("back" in this.#event) await dual.back();
      else dual.model.now += this.#event.pass;
      await dual.compare(this.toString());
    }
    toString(): string {
      return JSON.stringify(this.#event);
    }
  }

  it("serves what the table says", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands([event.map((it) => new Happening(it))], { maxCommands: 40, size: "+1" }),
        async (commands) => {
          const dual = await Dual.start();
          try {
            await fc.asyncModelRun(() => ({ model: dual.model, real: dual }), commands);
          } finally {
            await dual.stop();
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 240_000);
});
