import { posix } from 'node:path'
import type { Import, Module } from './modules.ts'

/** The rules of ARCHITECTURE.md that imports can break, as data. Paths end in `/` for a folder. */
export const rule = {
  /** What every slice stands on. They import one another, never a slice. */
  foundations: [
    'src/engines/',
    'src/http/',
    'src/maritime/',
    'src/errors.ts',
    'src/canonical-json.ts',
    'src/config.ts',
    'src/package-root.ts',
    'src/worker-entry.ts',
  ],
  /** The files of a slice that other slices may import. */
  doors: ['service.ts', 'schema.ts'],
  /** Further doors, each with its reason. */
  extraDoors: {
    'src/connectors/ais/message.ts': 'the messages that listeners of a feed are told',
    'src/connectors/ais/datasets.ts': 'the datasets that AIS feeds, which services read',
    'src/datasets/rules.ts': 'the pure contract of a dataset, which whoever defines one needs',
    'src/datasets/row-builder.ts': 'how whoever feeds a dataset builds its column batches',
  } as Record<string, string>,
  /** Files whose types anybody may import. */
  contracts: { 'src/cli.ts': 'the shape of a verb of the command line' } as Record<string, string>,
  /** Files that only `rules.ts` may not reach, directly or through what it imports. */
  inputOutput: ['src/engines/', 'src/http/', 'src/config.ts'],
  /** Tables of the field, read once when loaded: for a rule they are constants. */
  constants: ['src/maritime/'],
  /** Built-in modules without input or output. */
  pureBuiltins: ['node:assert', 'node:buffer', 'node:util'],
  /** Who may open a connection or a socket. */
  network: ['src/connectors/*/inputs/', 'src/http/', 'src/engines/', 'simulator/'],
  networkModules: [
    'axios',
    'node:dgram',
    'node:http',
    'node:http2',
    'node:https',
    'node:net',
    'node:tls',
    'undici',
    'ws',
  ],
  /** What these modules have that touches no network. */
  withoutNetwork: ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'STATUS_CODES'],
  /** Names that say nothing of what is inside. */
  drawers: ['utils', 'util', 'helpers', 'helper', 'misc', 'common', 'manager', 'shared', 'lib', 'index'],
  maxLines: 400,
}

/** `path` is `pattern`, or below it when it ends in `/`; `*` stands for one folder. */
export function matches(path: string, pattern: string): boolean {
  const source = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')
  return new RegExp(`^${source}${pattern.endsWith('/') ? '' : '$'}`).test(path)
}

const isAny = (path: string, patterns: string[]) => patterns.some((pattern) => matches(path, pattern))

/** Where a module stands: `foundation`, `composition` (puts the product together), or the slice it belongs to. */
export function placeOf(path: string): string {
  if (isAny(path, rule.foundations)) return 'foundation'
  const [top = '', slice = ''] = path.split('/')
  if (top !== 'src') return top
  return slice.includes('.') ? 'composition' : `src/${slice}`
}

/** One line for each import that crosses a border where there is no door. */
export function borderViolations(modules: Module[]): string[] {
  return modules.flatMap((module) =>
    module.imports
      .filter((item) => item.isRelative && !mayCross(module.path, item))
      .map((item) => `${module.path} imports ${item.target}`),
  )
}

function mayCross(from: string, { target, isType }: Import): boolean {
  const here = placeOf(from)
  const there = placeOf(target)
  const isSchema = posix.basename(target) === 'schema.ts'
  if (here === there || target.startsWith('data/')) return true
  if (isType && target in rule.contracts) return true
  if (here === 'web') return there.startsWith('src/') && isSchema
  if (here === 'composition') return there !== 'web'
  if (there === 'foundation') return true
  if (here === 'foundation') return false
  return (
    there.startsWith('src/') && (rule.doors.includes(posix.basename(target)) || target in rule.extraDoors)
  )
}

/** One line for each `rules.ts` that reaches input or output, with the way it takes. */
export function impureRules(modules: Module[]): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]))
  const way = (path: string, seen: Set<string>): string[] | undefined => {
    if (seen.has(path)) return undefined
    seen.add(path)
    for (const item of byPath.get(path)?.imports ?? []) {
      const { target, isRelative, isType } = item
      if (isType || isAny(target, rule.constants)) continue
      const isInputOutput = isRelative
        ? isAny(target, rule.inputOutput)
        : isNetwork(item) || (target.startsWith('node:') && !rule.pureBuiltins.includes(target))
      if (isInputOutput) return [path, target]
      const further = isRelative ? way(target, seen) : undefined
      if (further) return [path, ...further]
    }
    return undefined
  }
  return modules
    .filter(({ path }) => posix.basename(path) === 'rules.ts' && path.startsWith('src/'))
    .flatMap(({ path }) => way(path, new Set())?.join(' → ') ?? [])
}

function isNetwork({ target, names }: Import): boolean {
  const isHarmless = names.length > 0 && names.every((name) => rule.withoutNetwork.includes(name))
  return rule.networkModules.includes(target) && !isHarmless
}

/** One line for each module that reaches the network from where it should not. */
export function networkViolations(modules: Module[]): string[] {
  return modules
    .filter(({ path }) => !path.startsWith('web/') && !isAny(path, rule.network))
    .flatMap(({ path, imports, ambientNetwork }) => [
      ...imports
        .filter((item) => !item.isType && isNetwork(item))
        .map(({ target }) => `${path} imports ${target}`),
      ...ambientNetwork.map((name) => `${path} calls ${name}`),
    ])
}

/**
 * One line for each import that the installed product would not find: a package that is not an ordinary
 * dependency, or a test and its suites, which are not built.
 */
export function missingAtRunTime(modules: Module[], dependencies: string[]): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, isRelative }) =>
        isRelative
          ? isTest(target)
          : !target.startsWith('node:') && !dependencies.includes(packageOf(target)),
      )
      .map(({ target }) => `${path} imports ${target}`),
  )
}

/** Tests and what only they use; everything else is built. */
export const isTest = (path: string): boolean => /\.(test|suite)\.tsx?$/.test(path)

/** `@scope/name/sub/path` → `@scope/name`. */
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

/** Rings of modules that need one another to load; types and what is loaded on demand do not count. */
export function importCycles(modules: Module[]): string[] {
  const next = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports
        .filter((item) => item.isRelative && !item.isType && !item.isDynamic)
        .map(({ target }) => target),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'open') cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (state.has(path)) return
    state.set(path, 'open')
    for (const target of next.get(path) ?? []) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of next.keys()) visit(path, [])
  return cycles
}

/** Paths with a folder or file whose name is a drawer for anything. */
export function drawers(paths: string[]): string[] {
  return paths.filter((path) =>
    path.split('/').some((part) => rule.drawers.includes(part.replace(/\..*$/, '').toLowerCase())),
  )
}
