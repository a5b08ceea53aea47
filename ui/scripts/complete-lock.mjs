// Completes package-lock.json after `npm install`. Some registry mirrors lack the binaries of other
// platforms; npm then leaves them out of the lock, and `npm ci` refuses the lock everywhere.
// What is missing is written down here without a checksum: the package that asks for it pins its
// exact version, and has a checksum itself.
import { readFileSync, writeFileSync } from "node:fs";

const LOCK = "package-lock.json";
const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony"];
const SYSTEMS = [...OS, "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x"];
const CPUS = [...PROCESSORS, "wasm32", "x64"];
const ABI = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/** The platform in a name such as `oxide-linux-x64-musl`; what is told nowhere is left out. */
function platform(name) {
  const words = name.split(/[-/]/);
  const named = (known) => words.filter((word) => known.includes(word));
  const libc = words.includes("linux") ? words.flatMap((word) => ABI[word] ?? []) : [];
  const fields = { cpu: named(CPUS), os: named(SYSTEMS), libc };
  return Object.fromEntries(Object.entries(fields).filter(([, values]) => values.length > 0));
}

const lock = JSON.parse(readFileSync(LOCK, "utf8"));
const missing = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !(`node_modules/${name}` in lock.packages))
    .map(([name, version]) => ({ name, version, dev })),
);

for (const { name, version, dev } of missing) {
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} is not pinned: ${version}`);
  const { cpu, os, libc } = platform(name);
  if (!cpu && !os) throw new Error(`no platform in the name ${name}`);
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu,
    ...(dev && { dev }),
    libc,
    optional: true,
    os,
  };
}

const byPath = ([a], [b]) => a.localeCompare(b, "en");
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${LOCK}: ${missing.length} packages of other platforms added`);
