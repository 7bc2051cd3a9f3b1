import type { Terminal } from "../Terminal.ts";
import { StepLine } from "./StepLine.ts";

/** Work that is over sooner has no line. */
const DELAY_MS = 400;

/** Does some work, and says on a terminal what it is while it lasts. The line is gone before this settles. */
export async function whileWorking<T>(terminal: Terminal, step: string, work: () => Promise<T>): Promise<T> {
  const line = new StepLine(terminal);
  const timer = setTimeout(() => line.show(step), DELAY_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    line.clear();
  }
}
