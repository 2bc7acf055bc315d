// Python in WebAssembly: node run.mjs FOLDER WHEEL... < program.py
// FOLDER has the npm package pyodide; the program's last value, a text, goes to standard output.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...wheels] = process.argv.slice(2);
const found = createRequire(join(folder, "package.json")).resolve("pyodide/pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(found).href);
const python = await loadPyodide();
for (const wheel of wheels) python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
process.stdout.write(python.runPython(readFileSync(0, "utf-8")));
