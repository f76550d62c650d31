// The long run: `npx tsx tests/faults/run.ts [kills] [seed]` after `npm run build`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killRepeatedly } from './kill.ts'

const kills = Number(process.argv[2] ?? 50)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 32))
const folder = mkdtempSync(join(tmpdir(), 'lacydon-kill-'))
console.log(`${kills} kills, seed ${seed}`)
const { lost, surplus, ...figures } = await killRepeatedly({ kills, seed, folder, say: console.log })
console.log(JSON.stringify({ ...figures, lost: lost.length, surplus: surplus.length }))
for (const row of lost.slice(0, 20)) console.log(`lost     ${row}`)
for (const row of surplus.slice(0, 20)) console.log(`surplus  ${row}`)
if (lost.length + surplus.length > 0) {
  console.log(`The data stay in ${folder}`)
  process.exitCode = 1
} else rmSync(folder, { recursive: true })
