import { BodyIntake } from "../../../src/gate/http/BodyIntake.ts";
import { readBody } from "../../../src/gate/http/readBody.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";

const LIMIT = 1024 * 1024;
// Room for one body at a time.
const reading = { limit: LIMIT, intake: new BodyIntake(LIMIT) };

/** A Worker that answers with the length of the body that it read, or with the code of the error. */
export default {
  async fetch(request: Request): Promise<Response> {
    const body = await readBody(request, reading, new Deadline(20_000, Date.now)).catch(
      (error: { code: string }) => error,
    );
    if ("code" in body) return new Response(body.code);
    return new Response(body.whole ? String(body.text.length) : "not whole");
  },
};
