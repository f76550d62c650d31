import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(from: string): string {
  let folder = from
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'data', 'codes'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`No package of Lacydon above ${from}`)
    folder = parent
  }
  return folder
}

/** The folder of the installed package, whether the code runs from `src/` or from `dist/`. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

export const packageVersion: string = JSON.parse(
  readFileSync(join(packageRoot, 'package.json'), 'utf8'),
).version

/**
 * Rows of a small CSV of `data/` by column name. These files are ours: unquoted cells, one comma between two.
 * A row with another number of cells is an error of the package, said with its line.
 */
export function readCodeTable(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(join(packageRoot, 'data', path), 'utf8')
    .trim()
    .split('\n')
  const names = head!.split(',')
  return lines.map((line, i) => {
    const cells = line.split(',')
    if (cells.length !== names.length) throw new Error(`data/${path}:${i + 2} has ${cells.length} cells`)
    return Object.fromEntries(names.map((name, c) => [name, cells[c]!]))
  })
}
