/** Many datasets: how soon the product answers after a restart, and how fast their catalogue is searched. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProduct } from '../tests/start/started-product.ts'
import { makeDatasets } from './many-datasets.ts'
import { processorS, quantile } from './process-usage.ts'
import type { BenchTable } from './table.ts'

export const name = 'catalogue'

const scale = Number(process.env.BENCH_SCALE ?? 1)
const runs = 15
const round = (x: number) => Math.round(x * 10) / 10
const catalogue = '/api/explore/v2.1/catalog'

type Line = [string, number | string, number | string, string]

export async function run(): Promise<BenchTable> {
  const lines: Line[] = []
  for (const [count, measure] of [
    [1_000, measureSearch],
    [2_000, measureRestart],
  ] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'lacydon-bench-'))
    try {
      const size = Math.round(count * scale)
      const beganMs = performance.now()
      await makeDatasets(folder, size)
      lines.push([
        `${size.toLocaleString('en')} datasets made, each archived and published`,
        round((performance.now() - beganMs) / size),
        '',
        'ms each',
      ])
      await measure(folder, size, lines)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return {
    title: 'A catalogue of many datasets',
    columns: ['work', 'figure', 'goal', 'unit'],
    rows: lines,
    notes: [
      `Product over HTTP on loopback; medians of ${runs}, each question new to it. BENCH_SCALE sets the number of datasets.`,
    ],
  }
}

async function started(folder: string) {
  const beganMs = performance.now()
  const product = startProduct(['--port', '0', '--data-dir', folder, '--no-demo'])
  const address = await product.address
  for (;;) {
    const health = await fetch(`${address}/health`).catch(() => undefined)
    await health?.arrayBuffer()
    if (health?.status === 200) break
  }
  return { product, address, startS: (performance.now() - beganMs) / 1_000 }
}

const ask = async (url: string) => {
  const answer = await fetch(url)
  const body = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${body.slice(0, 300)}`)
  return JSON.parse(body) as { total_count?: number }
}

async function measureSearch(folder: string, count: number, lines: Line[]): Promise<void> {
  const { product, address } = await started(folder)
  try {
    const beganMs = performance.now()
    await ask(`${address}${catalogue}/datasets?limit=1`)
    lines.push([`first list of ${count.toLocaleString('en')}`, round(performance.now() - beganMs), '', 'ms'])
    const medianOf = async (what: string, goal: number, pathOf: (i: number) => string) => {
      const times: number[] = []
      for (let i = 0; i < runs; i++) {
        const at = performance.now()
        await ask(`${address}${pathOf(i)}`)
        times.push(performance.now() - at)
      }
      lines.push([what, round(quantile(times, 0.5)), goal, 'ms'])
    }
    const where = (clause: string) => `where=${encodeURIComponent(clause)}`
    await medianOf(
      'search of a word',
      50,
      (i) => `${catalogue}/datasets?limit=20&${where(`search("marées ${i}")`)}`,
    )
    await medianOf(
      'search of misspelt words',
      50,
      (i) => `${catalogue}/datasets?limit=20&${where(`search("croisieres marseile ${i}")`)}`,
    )
    await medianOf('words anywhere', 50, (i) => `${catalogue}/datasets?limit=20&${where(`"phares ${i}"`)}`)
    await medianOf('all facets', 50, (i) => `${catalogue}/facets?${where(`records_count > ${-i}`)}`)
    await medianOf(
      'all facets of a search',
      50,
      (i) => `${catalogue}/facets?${where(`search("herbiers ${i}")`)}`,
    )
    await medianOf(
      'a page, sorted',
      50,
      (i) => `${catalogue}/datasets?limit=20&order_by=title&offset=${i * 20}`,
    )
  } finally {
    await product.stop()
  }
}

async function measureRestart(folder: string, count: number, lines: Line[]): Promise<void> {
  // Once before: tables and secrets of a first start are none of a restart.
  await (await started(folder)).product.stop()
  const { product, address, startS } = await started(folder)
  try {
    lines.push([`restart with ${count.toLocaleString('en')}: first 200 of /health`, round(startS), 5, 's'])
    lines.push(['processor time until then', round(processorS(product.child.pid as number)), '', 's'])
    const beganMs = performance.now()
    const { total_count: found } = await ask(`${address}${catalogue}/datasets?limit=1`)
    if ((found ?? 0) < count) throw new Error(`the catalogue lists ${found} of ${count} datasets`)
    lines.push([
      'then the first list of the catalogue',
      round((performance.now() - beganMs) / 1_000),
      '',
      's',
    ])
  } finally {
    await product.stop()
  }
}
