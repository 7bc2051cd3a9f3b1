import fc from "fast-check";
import { DualBed, type DualModel, FILES, LIFE_MS, type SlotName } from "./DualBed.ts";

const event = fc.oneof(
  fc.record({
    write: fc.constantFrom<SlotName>("main", "standby"),
    files: fc.constantFrom(...FILES),
  }),
  fc.record({ pass: fc.constantFrom(1_000, LIFE_MS / 2, LIFE_MS - 40_000, LIFE_MS - 10_000, LIFE_MS) }),
  fc.record({ renew: fc.boolean() }),
  fc.record({ takeBack: fc.constant(true) }),
);
type Event = typeof event extends fc.Arbitrary<infer It> ? It : never;

class EventCommand implements fc.AsyncCommand<DualModel, DualBed> {
  readonly #event: Event;
  constructor(event: Event) {
    this.#event = event;
  }
  check(): boolean {
    return true;
  }
  async run(_model: DualModel, dual: DualBed): Promise<void> {
    if ("write" in this.#event) await dual.write(this.#event.write, this.#event.files);
    else if ("renew" in this.#event) dual.renew(this.#event.renew);
    else if ("takeBack" in this.#event) await dual.takeBack();
    else dual.model.now += this.#event.pass;
    await dual.compare(this.toString());
  }
  toString(): string {
    return JSON.stringify(this.#event);
  }
}

/** Applies events of all kinds in random orders, and compares the served certificate with the model after each event. */
export async function assertAnyOrder(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.commands([event.map((it) => new EventCommand(it))], { maxCommands: 40, size: "+1" }),
      async (commands) => {
        const dual = await DualBed.start();
        try {
          await fc.asyncModelRun(() => ({ model: dual.model, real: dual }), commands);
        } finally {
          await dual.stop();
        }
      },
    ),
    { numRuns },
  );
}
