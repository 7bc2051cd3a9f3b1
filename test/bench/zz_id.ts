import "../run/beginRun.ts";
import { benchSizes } from "./BenchSize.ts";
import { identityFigures } from "./identity/identityFigures.ts";
import { printFigures } from "./printFigures.ts";
process.stdout.write(printFigures(await identityFigures(benchSizes[process.argv[2] === "full" ? "full" : "quick"]))+"\n");
