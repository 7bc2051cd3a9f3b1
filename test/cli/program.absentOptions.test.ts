import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience } from "../run/speedFactor.ts";
import { OptionBed, optionsByCommand } from "./OptionBed.ts";
import { MINIMAL, OPTION_SETS } from "./OptionTable.ts";

let bed: OptionBed;
beforeAll(async () => {
  bed = await OptionBed.start();
});
afterAll(() => bed.stop());

describe("postern, as a process with no more options than it needs, runs or ends with a documented code", () => {
  it.each(MINIMAL.map((set) => [`${set.command} ${Object.keys(set.options).join(" ")}`, set] as const))(
    "%s",
    (_, set) => bed.expect(set),
    patience(40_000),
  );
});

it("each option of each command is in the table of options", () => {
  const tried = (command: string): string[] => [
    ...new Set(OPTION_SETS.filter((it) => it.command === command).flatMap(({ options }) => Object.keys(options))),
  ];
  for (const [command, options] of Object.entries(optionsByCommand()))
    expect({ command, options: tried(command).sort() }).toEqual({ command, options: [...options].sort() });
});
