import { pathToFileURL } from 'node:url'
import type { BenchTable } from './table.ts'

/** Runs one benchmark module and prints its table as one line of JSON, the last one that starts with `{`. */
const [file = ''] = process.argv.slice(2)
const benchmark: { run(): Promise<BenchTable> } = await import(pathToFileURL(file).href)
const table = await benchmark.run()
process.stdout.write(`${JSON.stringify(table)}\n`)
