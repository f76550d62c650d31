import type { Heard, PositionReport, StaticReport } from '../connectors/ais/message.ts'
import type { Row } from '../engines/columnar/columnar.ts'
import { and, call, column, type Expression, instant, type Query, table } from '../engines/columnar/query.ts'
import { flagBits, flagsOfText } from '../maritime/plausibility-flags.ts'
import { believable } from './history.ts'
import type { VesselRegistry } from './registry.ts'

const receivedSince = (sinceMs: number): Expression =>
  call('>', column('receivedAt'), instant(new Date(Math.max(0, sinceMs))))

/** The newest believable position of each vessel among the rows received since. */
export const latestPositionsSince = (positions: string, sinceMs: number): Query => ({
  from: table(positions),
  where: and(receivedSince(sinceMs), believable),
  latestBy: { keys: ['mmsi'], by: 'at', tieBreak: '_seq' },
})

/** The newest statement of each kind of each vessel among the rows received since. */
export const latestStatementsSince = (statics: string, sinceMs: number): Query => ({
  from: table(statics),
  where: receivedSince(sinceMs),
  latestBy: { keys: ['mmsi', 'type', 'part'], by: 'at', tieBreak: '_seq' },
})

/** Tells the registry a stored position as if it were heard now; what it knows already stays. */
export function tellPosition(registry: VesselRegistry, row: Row): void {
  const flags = flagsOfText(row.flags as string | null).reduce((bits, flag) => bits | flagBits[flag], 0)
  const isPlaced = row.lon !== null && row.lat !== null
  const report = { ...row, group: 'position' } as unknown as PositionReport
  registry.position(String(row._src), report, heardOf(row), flags, isPlaced)
}

export function tellStatement(registry: VesselRegistry, row: Row): void {
  registry.static(String(row._src), { ...row, group: 'static' } as unknown as StaticReport, heardOf(row))
}

function heardOf(row: Row): Heard {
  return {
    seq: Number(row._seq),
    receivedAtMs: Date.parse(String(row.receivedAt)),
    atMs: Date.parse(String(row.at)),
    timeSource: row.timeSource as Heard['timeSource'],
    station: row.station as string | null,
    channel: row.channel as Heard['channel'],
    signalDbm: row.signalDbm as number | null,
    own: false,
    truncated: false,
    payloadKey: () => '',
  }
}
