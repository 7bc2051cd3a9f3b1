import { afterAll, beforeAll, describe, it } from "vitest";
import { patience } from "../run/speedFactor.ts";
import { OptionBed } from "./OptionBed.ts";
import { OPTION_SETS, type OptionSet } from "./OptionTable.ts";

let bed: OptionBed;
beforeAll(async () => {
  bed = await OptionBed.start();
});
afterAll(() => bed.stop());

/** Each set as a whole, and without each of its options that no earlier set of the command was without. */
const tried = new Set<string>();
const cases = OPTION_SETS.flatMap((set): (readonly [string, OptionSet])[] => {
  const names = Object.keys(set.options);
  const title = `${set.command} with ${names.join(" ")}`;
  const alone = names.filter((name) => !tried.has(`${set.command} ${name}`));
  for (const name of alone) tried.add(`${set.command} ${name}`);
  return [
    [title, set],
    ...alone.map((name): readonly [string, OptionSet] => {
      const { [name]: _, ...options } = set.options;
      const ending = set.without?.[name] ?? set.ending;
      return [`${title}, without ${name}`, { ...set, options, ending }];
    }),
  ];
});

describe("postern, as a process, runs or ends with a documented code: ", () => {
  it.each(cases)("%s", (_, set) => bed.expect(set), patience(60_000));
});
