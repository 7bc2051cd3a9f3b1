import * as z from "zod/mini";

/** The parameter `exemptImages`: images of containers that a policy does not judge, with `*` for any characters. */
export const exemptImages = z._default(z.array(z.string().check(z.minLength(1))), []);
