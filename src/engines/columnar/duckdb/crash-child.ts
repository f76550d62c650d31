/** Appends and compacts until it is killed; says after each answer how far it got. For crash.test.ts. */
import { batchOfRows } from '../batch-of-rows.ts'
import { silentLog } from '../engine-log.ts'
import { crashRow, crashTable } from './crash-rows.ts'
import { openDuckDb } from './open.ts'

const db = await openDuckDb({ folder: process.argv[2]!, log: silentLog })
await db.define(crashTable)
const known = (await db.ranges())[0]
let lo = known?.hi ?? 0
void (async () => {
  for (;;) process.send!({ days: await db.compact(crashTable.name, '2025-03-01') })
})()
for (;;) {
  const rows = Array.from({ length: 700 }, (_, i) => crashRow(lo + i))
  const hi = lo + rows.length
  await db.append([batchOfRows(crashTable, rows)], { source: 's', lo, hi, resumeFrom: lo })
  process.send!({ hi })
  lo = hi
}
