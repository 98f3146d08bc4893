/** Prints which Pulumi engine is used here, getting one first where there is none. */
import { getEngine } from "./index";

getEngine().then(
  (engine) => {
    console.log(`version  ${engine.version}\norigin   ${engine.origin}\npath     ${engine.path}`);
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
