/** Settings of a tier that cannot be used. */
export class IdentitySettingsError extends Error {
  readonly code = "bad-identity-settings";
  /** Where in the settings of the tier the fault is, such as `issuer` or `keys.keys.0.kid`; empty for the whole. */
  readonly path: string;

  /** `fault` begins with a verb or a colon: `is missing`, `: expected a string`. It never repeats a secret. */
  constructor(path: string, fault: string) {
    super(fault);
    this.name = "IdentitySettingsError";
    this.path = path;
  }
}
