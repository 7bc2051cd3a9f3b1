import type { Project } from "../Project.ts";

/** The secrets of a function, in the order of the template. */
export function secretNames({ records }: Project): string[] {
  return [
    "POSTERN_SIGNING_KEY",
    "POSTERN_CAPABILITY_KEYS",
    "POSTERN_ADDRESS_KEY",
    ...(records === "compliance" ? ["POSTERN_RECORDS_KEY"] : []),
  ];
}
