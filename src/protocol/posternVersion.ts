/**
 * The version of this code, as in package.json. It is a constant, because a Worker has no file to read it from. `npm
 * version` writes it.
 */
export const POSTERN_VERSION = "0.1.0";
