import { readFileSync } from 'node:fs'

/** Resident memory of a process in MB (10^6 bytes); NaN where there is no /proc. */
export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
  return kib ? (Number(kib) * 1024) / 1e6 : Number.NaN
}

/** Processor time a process has used, in seconds; NaN where there is no /proc. */
export function processorS(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  // utime and stime are the 12th and 13th fields after the command name, in ticks of 10 ms (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) / 100
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The value below which the share `q` of the values lies; NaN of none. */
export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}
