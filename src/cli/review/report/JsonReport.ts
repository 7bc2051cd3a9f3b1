import type { InputFault } from "../../terminal/InputFault.ts";
import type { Output } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { reviewJson, skippedJson, unreadableJson } from "../reviewJson.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";

/** A review as a line of JSON for each object, for each path that was not read, and for each input that cannot be read. */
export class JsonReport implements ReviewReport {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  object(judged: JudgedObject): void {
    this.#output.write(reviewJson(judged));
  }

  unreadable(fault: InputFault): void {
    this.#output.write(unreadableJson(fault));
  }

  end({ skipped }: ReviewEnd): void {
    for (const skip of skipped) this.#output.write(skippedJson(skip));
  }
}
