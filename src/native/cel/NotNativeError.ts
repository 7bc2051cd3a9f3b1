/** A function of a policy that cannot be written in CEL. The message says what it uses, and where. */
export class NotNativeError extends Error {
  readonly code = "not-native";

  constructor(fault: string, excerpt = "") {
    super(excerpt === "" ? fault : `${fault}: ${excerpt.length > 80 ? `${excerpt.slice(0, 79)}…` : excerpt}`);
    this.name = "NotNativeError";
  }
}
