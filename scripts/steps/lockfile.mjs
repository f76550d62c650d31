/**
 * What an npm lock file (version 3) says, as pure functions.
 * @typedef {{ version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean, link?: boolean,
 *   os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 * @typedef {{ os: string, cpu: string, libc: string | undefined }} Platform
 */

/**
 * Paths (`node_modules/…`) that npm ci puts on this platform.
 * @param {Lock} lock
 * @param {Platform} platform
 * @param {{ dev: boolean }} options
 */
export function expectedPackages(lock, platform, { dev }) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.link && (dev || !entry.dev) && runsOn(entry, platform))
    .map(([path]) => path)
}

/**
 * Packages of the lock that an installed tree (npm's own `node_modules/.package-lock.json`) lacks or has in
 * another version. Optional ones may be absent, unless they are the build of a native package for this platform.
 * @param {Lock} lock
 * @param {Lock} installed
 * @param {Platform} platform
 * @param {{ dev: boolean }} options
 */
export function missingPackages(lock, installed, platform, options) {
  return expectedPackages(lock, platform, options).filter((path) => {
    const entry = lock.packages[path] ?? {}
    const found = installed.packages[path]
    if (found) return found.version !== entry.version
    return entry.os !== undefined || !(entry.optional || entry.devOptional)
  })
}

/** @param {LockEntry} entry @param {Platform} platform */
function runsOn(entry, platform) {
  return (
    accepts(entry.os, platform.os) && accepts(entry.cpu, platform.cpu) && accepts(entry.libc, platform.libc)
  )
}

/** npm's rule for `os`, `cpu` and `libc`: a list of values, or of `!values`. */
function accepts(/** @type {string[] | undefined} */ list, /** @type {string | undefined} */ value) {
  if (!list || list.length === 0 || list.includes('any')) return true
  if (list.includes(`!${value}`)) return false
  return list.every((item) => item.startsWith('!')) || (value !== undefined && list.includes(value))
}

/** The platform of this process, in npm's words. @returns {Platform} */
export function thisPlatform() {
  return {
    os: process.platform,
    cpu: process.arch,
    libc: process.platform === 'linux' ? libcOf() : undefined,
  }
}

function libcOf() {
  // Without this the report looks every network peer up by name.
  if (process.report) Object.assign(process.report, { excludeNetwork: true })
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } } | undefined} */ (
    process.report?.getReport()
  )
  return report?.header?.glibcVersionRuntime ? 'glibc' : 'musl'
}

/**
 * Optional packages named by a package of the lock but without an entry of their own: npm 11 refuses such a lock
 * and npm 10 silently leaves the native build out.
 * @param {Lock} lock
 * @returns {{ parent: string, path: string, name: string, range: string }[]}
 */
export function missingOptional(lock) {
  return Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !resolveEntry(lock, parent, name))
      .map(([name, range]) => ({ parent, path: `node_modules/${name}`, name, range })),
  )
}

/** Where Node would find `name` from the package at `from`. */
function resolveEntry(/** @type {Lock} */ lock, /** @type {string} */ from, /** @type {string} */ name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (lock.packages[path]) return path
    if (at === '') return undefined
    if (!at.includes('/node_modules/')) at = ''
  }
}

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
]

/**
 * The entry of an optional platform package, read from its name and the exact version its parent asks for, as
 * every publisher of native builds names them (`@esbuild/linux-arm64`, `lightningcss-linux-x64-musl`).
 * Undefined when the name tells no processor or the version is a range.
 * @param {string} name
 * @param {string} range
 * @param {boolean} dev whether only development needs its parent
 * @returns {LockEntry | undefined}
 */
export function platformEntry(name, range, dev) {
  const words = name.split('/').at(-1)?.split(/[-.]/) ?? []
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  if (!cpu || !/^\d+\.\d+\.\d+(?:[-+].*)?$/.test(range)) return undefined
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined
  return {
    version: range,
    ...(dev ? { dev: true } : {}),
    cpu: [cpu],
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  }
}

/**
 * The lock with the missing entries added, in npm's order, and the names of those that could not be.
 * @param {Lock} lock
 * @returns {{ lock: Lock, added: string[], unknown: string[] }}
 */
export function completeLock(lock) {
  /** @type {string[]} */
  const added = []
  /** @type {string[]} */
  const unknown = []
  const packages = { ...lock.packages }
  for (const { parent, path, name, range } of missingOptional(lock)) {
    const entry = platformEntry(name, range, lock.packages[parent]?.dev === true)
    if (!entry) unknown.push(`${name}@${range}`)
    else if (!packages[path]) {
      packages[path] = entry
      added.push(`${name}@${range}`)
    }
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
  return { lock: { ...lock, packages: added.length > 0 ? sorted : packages }, added, unknown }
}
