/** `lacydon import` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./import-child.suite.ts', import.meta.url))

/** Imports a portal into a folder; `report.csv` there is its report. `limits` are options of node. */
export function startImport(address: string, folder: string, limits: string[] = []) {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      ...limits,
      '--import',
      'tsx',
      script,
      'import',
      address,
      '--data-dir',
      join(folder, 'data'),
      '--report',
      join(folder, 'report.csv'),
    ],
    { env: { ...process.env, OUTBOUND_ALLOW: '127.0.0.0/8' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const text = { out: '', err: '' }
  child.stdout!.on('data', (piece) => {
    text.out += piece
  })
  child.stderr!.on('data', (piece) => {
    text.err += piece
  })
  return { child, out: () => text.out, err: () => text.err }
}
