// Prints, as JSON, how many bytes each named file has: raw, as `gzip -9` and as brotli 11.
// It's Node's zlib that counts, so that the crate needs no compressors of its own.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const sizes = process.argv.slice(2).map((path) => {
  const bytes = readFileSync(path);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
});
console.log(JSON.stringify(sizes));
