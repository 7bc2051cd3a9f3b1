import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { ServiceName } from "./LiveRegistration.ts";

/** A Secret with a certificate that the Pods of a Service have mounted, and which is for that Service's name. */
export interface ServiceSecret {
  readonly service: ServiceName;
  readonly secret: string;
  readonly leaf: Certificate;
  /** What is known to renew it; undefined where nothing says so. */
  readonly renewer: string | undefined;
  /** Who last wrote it: the field manager's name; undefined where that is not kept. */
  readonly writer: string | undefined;
}
