import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { endAtSignals } from "../../../src/cli/terminal/endAtSignals.ts";

it("endAtSignals ends with 0 while nothing else listens for the signal", () => {
  const said: string[] = [];
  const self = Object.assign(new EventEmitter(), { exit: (code: number) => said.push(`exit ${code}`) });
  endAtSignals(["SIGTERM", "SIGINT"], self, () => said.push("end"));
  const other = (): unknown => said.push("other");
  self.on("SIGTERM", other);
  self.emit("SIGTERM");
  expect(said).toEqual(["other"]);
  self.emit("SIGINT");
  expect(said).toEqual(["other", "end", "exit 0"]);
  self.off("SIGTERM", other);
  self.emit("SIGTERM");
  expect(said).toEqual(["other", "end", "exit 0", "end", "exit 0"]);
});
