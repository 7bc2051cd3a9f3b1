import { createWorker } from "../src/hosts/createWorker.ts";
import { RecordsObject } from "../src/records/stores/workers/RecordsObject.ts";
import { workerRecords } from "../src/records/stores/workers/workerRecords.ts";
import gate from "./gate.ts";

export { RecordsObject };

export default createWorker(gate, { records: workerRecords() });
