import { ProofError } from "../../../records/chain/ProofError.ts";
import { RecordError } from "../../../records/RecordError.ts";
import { CliError } from "../../terminal/CliError.ts";

/** Runs a command on records. Throws {@link CliError} for what a source, a store or a proof rejects. */
export async function shownErrors(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RecordError || error instanceof ProofError)
      throw new CliError("unreadable-input", error.message, error);
    throw error;
  }
}
