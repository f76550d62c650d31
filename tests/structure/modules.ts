import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'vite'

export interface Import {
  /** A path below the checkout (`src/errors.ts`) for a relative import, else the package or `node:` module. */
  target: string
  isRelative: boolean
  /** Erased when compiled: it ties the types together, not the running modules. */
  isType: boolean
  /** `import('…')`: loaded when asked for. */
  isDynamic: boolean
  /** The names taken, as the other module calls them; none for a whole module. */
  names: string[]
}

export interface Module {
  /** Below the checkout, with `/`. */
  path: string
  imports: Import[]
  /** Names of the ambient network functions it calls: `fetch`, `WebSocket`, `EventSource`. */
  ambientNetwork: string[]
  lines: number
}

const ambientNetworkNames = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'])

/** The TypeScript modules below the folders named, without declaration files. */
export function readModules(root: string, folders: string[]): Module[] {
  return folders
    .flatMap((folder) => listFiles(root, folder))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => parseModule(path, readFileSync(join(root, path), 'utf8')))
}

/** Every file below `folder`, as paths below root; nothing when there is no such folder. */
export function listFiles(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !/(^|\/)(node_modules|dist(\.next|\.previous)?)\//.test(path))
    .sort()
}

/** Reads the imports of one module. Throws on a syntax error: an unread file would pass every rule. */
export function parseModule(path: string, source: string): Module {
  const { module, program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const written = module.staticImports.map((statement) => ({
    request: statement.moduleRequest.value,
    // `import './x.ts'` names nothing and runs the module.
    isType: statement.entries.length > 0 && statement.entries.every((entry) => entry.isType),
    isDynamic: false,
    names: statement.entries.flatMap((entry) => entry.importName.name ?? []),
  }))
  const passedOn = module.staticExports.flatMap((statement) =>
    statement.entries.flatMap((entry) =>
      entry.moduleRequest
        ? [{ request: entry.moduleRequest.value, isType: entry.isType, isDynamic: false, names: [] }]
        : [],
    ),
  )
  const onDemand = module.dynamicImports.map(({ moduleRequest }) => ({
    request: source.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    isType: false,
    isDynamic: true,
    names: [],
  }))
  return {
    path,
    imports: [...written, ...passedOn, ...onDemand].map(({ request, ...kind }) => ({
      ...kind,
      isRelative: request.startsWith('.'),
      target: request.startsWith('.') ? posix.join(dirname(path), request.replace(/\?.*$/, '')) : request,
    })),
    ambientNetwork: ambientCalls(program),
    lines: source.split('\n').length - 1,
  }
}

interface Node {
  type: string
  [key: string]: unknown
}

/** Ambient network functions that are called or constructed, unless the module binds the name itself. */
function ambientCalls(program: unknown): string[] {
  const called = new Set<string>()
  const bound = new Set<string>()
  walk(program, (node) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const name = calledName(node.callee as Node)
      if (ambientNetworkNames.has(name)) called.add(name)
    }
    for (const name of boundNames(node)) bound.add(name)
  })
  return [...called].filter((name) => !bound.has(name)).sort()
}

function calledName(callee: Node): string {
  if (callee.type === 'Identifier') return String(callee.name)
  const object = callee.object as Node | undefined
  const property = callee.property as Node | undefined
  return object?.type === 'Identifier' && object.name === 'globalThis' ? String(property?.name) : ''
}

/** Names that a parameter, a variable, a destructuring or an import gives a meaning of its own. */
function boundNames(node: Node): string[] {
  const patterns: unknown[] =
    node.type === 'VariableDeclarator'
      ? [node.id]
      : node.type === 'ImportSpecifier' || node.type === 'ImportDefaultSpecifier'
        ? [node.local]
        : 'params' in node && Array.isArray(node.params)
          ? node.params
          : []
  return patterns.flatMap(namesOf)
}

function namesOf(pattern: unknown): string[] {
  if (typeof pattern !== 'object' || pattern === null) return []
  const node = pattern as Node
  switch (node.type) {
    case 'Identifier':
      return [String(node.name)]
    case 'AssignmentPattern':
      return namesOf(node.left)
    case 'RestElement':
      return namesOf(node.argument)
    case 'ArrayPattern':
      return (node.elements as unknown[]).flatMap(namesOf)
    case 'ObjectPattern':
      return (node.properties as Node[]).flatMap((property) =>
        namesOf(property.type === 'RestElement' ? property : property.value),
      )
    default:
      return []
  }
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') visit(value as Node)
    for (const child of Object.values(value)) walk(child, visit)
  }
}
