import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Command } from '../src/cli.ts'
import { invalidSetting } from '../src/errors.ts'
import { DemoFeed } from './feed.ts'
import { truthOf } from './truth.ts'
import { World } from './world.ts'

const hourS = 3600

/** `lacydon simulate`: the feed of a simulated port as a file, and what really happened beside it. */
export const command: Command = {
  name: 'simulate',
  summary: 'write the feed of a simulated port and its ground truth',
  usage: `lacydon simulate [--seed N] [--hours H] [--from ISO] --out DIR

Writes DIR/feed.nmea (NMEA with TAG blocks: station and time) and DIR/truth.json (every call with its times).
The same seed and period give the same bytes. Everything in them is invented.

  --seed N     whole number that fixes the port (13)
  --hours H    length, 1 to 8760 (24)
  --from ISO   beginning, UTC (2026-01-05T00:00:00Z)
  --out DIR    folder, made when missing

  lacydon simulate --seed 7 --hours 48 --out ./simulated`,

  async run(args, { stderr }) {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string', default: '13' },
        hours: { type: 'string', default: '24' },
        from: { type: 'string', default: '2026-01-05T00:00:00Z' },
        out: { type: 'string' },
      },
    })
    const seed = wholeNumber('--seed', values.seed, 0, 2_147_483_647)
    const hours = wholeNumber('--hours', values.hours, 1, 8_760)
    const fromMs = Math.floor(Date.parse(values.from) / 1000) * 1000
    if (Number.isNaN(fromMs))
      throw invalidSetting('--from', values.from, 'an instant such as 2026-01-05T00:00:00Z')
    if (!values.out) throw invalidSetting('--out', '', 'the folder to write to')

    await mkdir(values.out, { recursive: true })
    const world = new World(seed)
    const feed = new DemoFeed(world)
    const file = createWriteStream(join(values.out, 'feed.nmea'), 'latin1')
    for (let s = 0; s < hours * hourS; s++) {
      const isRoomy = file.write(feed.second(fromMs + s * 1000))
      if (!isRoomy) await once(file, 'drain')
      if (s % (6 * hourS) === 0 && s > 0) stderr.write(`${s / hourS} of ${hours} hours\n`)
    }
    file.end()
    await finished(file)
    const truth = truthOf(world, fromMs, fromMs + hours * hourS * 1000, feed.counts)
    await writeFile(join(values.out, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`)
    stderr.write(`${feed.counts.lines} lines, ${truth.calls.length} calls\n`)
    return 0
  },
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < min || number > max)
    throw invalidSetting(name, text, `a whole number from ${min} to ${max}`)
  return number
}
