import { RowBuilder } from '../../datasets/row-builder.ts'
import { tableName, tableOf } from '../../datasets/rules.ts'
import type { TableBatch } from '../../engines/columnar/columnar.ts'
import { isImoNumber } from '../../maritime/imo-number.ts'
import { aisDatasets, datasetIn, type Realm } from './datasets.ts'
import {
  aisClassOf,
  type Heard,
  type OtherMessage,
  type PositionReport,
  type RejectReason,
  type StaticReport,
} from './message.ts'

/** Columns that say who sent a message, when, and who heard it. */
class TransmissionColumns {
  readonly #at
  readonly #receivedAt
  readonly #timeSource
  readonly #mmsi
  readonly #type
  readonly #station
  readonly #channel
  readonly #signalDbm
  readonly #flags
  readonly #source
  readonly #seq

  constructor(rows: RowBuilder) {
    this.#at = rows.number('at')
    this.#receivedAt = rows.number('receivedAt')
    this.#timeSource = rows.text('timeSource')
    this.#mmsi = rows.number('mmsi')
    this.#type = rows.number('type')
    this.#station = rows.text('station')
    this.#channel = rows.text('channel')
    this.#signalDbm = rows.number('signalDbm')
    this.#flags = rows.text('flags')
    this.#source = rows.text('_src')
    this.#seq = rows.number('_seq')
  }

  push(message: { mmsi: number; type: number }, heard: Heard, flags: string | null, source: string): void {
    this.#at.push(heard.atMs)
    this.#receivedAt.push(heard.receivedAtMs)
    this.#timeSource.push(heard.timeSource)
    this.#mmsi.push(message.mmsi)
    this.#type.push(message.type)
    this.#station.push(heard.station)
    this.#channel.push(heard.channel)
    this.#signalDbm.push(heard.signalDbm)
    this.#flags.push(flags)
    this.#source.push(source)
    this.#seq.push(heard.seq)
  }
}

function builderOf(realm: Realm, id: string): RowBuilder {
  const dataset = aisDatasets.find((candidate) => candidate.id === datasetIn(realm, id))!
  return new RowBuilder(tableOf(dataset))
}

/** `[name, column]` pairs of the fields that a report and a table share, so that a row is one loop. HOT. */
type Pushes<Report> = { column: { push(value: never): void }; read: keyof Report }[]

function pairs<Report>(
  rows: RowBuilder,
  names: (keyof Report & string)[],
  kind: 'number' | 'text',
): Pushes<Report> {
  return names.map((name) => ({
    column: kind === 'number' ? rows.number(name) : rows.text(name),
    read: name,
  }))
}

/** The rows of one source between two commits, in the tables of its realm. */
export class AisRows {
  readonly #source: string
  readonly #builders: RowBuilder[]
  readonly #positions
  readonly #statics
  readonly #messages
  readonly #rejects

  constructor(source: string, realm: Realm) {
    this.#source = source
    const positions = builderOf(realm, 'ais-positions')
    const statics = builderOf(realm, 'ais-static')
    const messages = builderOf(realm, 'ais-messages')
    const rejects = builderOf(realm, 'ais-rejects')
    this.#builders = [positions, statics, messages, rejects]
    this.#positions = {
      transmission: new TransmissionColumns(positions),
      aisClass: positions.text('aisClass'),
      fields: [
        ...pairs<PositionReport>(
          positions,
          [
            'lon',
            'lat',
            'sogKn',
            'cogDeg',
            'headingDeg',
            'rotDegPerMin',
            'navStatus',
            'accuracyHigh',
            'raim',
            'manoeuvre',
            'utcSecond',
            'altitudeM',
          ],
          'number',
        ),
        ...pairs<PositionReport>(positions, ['positionMode'], 'text'),
      ],
    }
    this.#statics = {
      transmission: new TransmissionColumns(statics),
      imoValid: statics.number('imoValid'),
      fields: [
        ...pairs<StaticReport>(
          statics,
          [
            'imo',
            'shipType',
            'toBowM',
            'toSternM',
            'toPortM',
            'toStarboardM',
            'epfd',
            'etaMonth',
            'etaDay',
            'etaHour',
            'etaMinute',
            'draughtM',
            'mothershipMmsi',
          ],
          'number',
        ),
        ...pairs<StaticReport>(statics, ['part', 'callSign', 'name', 'destination', 'vendorId'], 'text'),
      ],
    }
    this.#messages = {
      transmission: new TransmissionColumns(messages),
      content: messages.text('fields'),
      fields: pairs<OtherMessage>(messages, ['lon', 'lat', 'dac', 'fid'], 'number'),
    }
    this.#rejects = {
      receivedAt: rejects.number('receivedAt'),
      reason: rejects.text('reason'),
      line: rejects.text('line'),
      source: rejects.text('_src'),
      seq: rejects.number('_seq'),
    }
  }

  /** HOT. */
  position(report: PositionReport, heard: Heard, flags: string | null): void {
    const { transmission, aisClass, fields } = this.#positions
    transmission.push(report, heard, flags, this.#source)
    aisClass.push(aisClassOf(report.type))
    for (let i = 0; i < fields.length; i++) fields[i]!.column.push(report[fields[i]!.read] as never)
  }

  static(report: StaticReport, heard: Heard, flags: string | null): void {
    const { transmission, imoValid, fields } = this.#statics
    transmission.push(report, heard, flags, this.#source)
    imoValid.push(report.imo === null ? null : isImoNumber(report.imo))
    for (let i = 0; i < fields.length; i++) fields[i]!.column.push(report[fields[i]!.read] as never)
  }

  other(message: OtherMessage, heard: Heard, flags: string | null): void {
    const { transmission, content, fields } = this.#messages
    transmission.push(message, heard, flags, this.#source)
    content.push(JSON.stringify(message.fields))
    for (let i = 0; i < fields.length; i++) fields[i]!.column.push(message[fields[i]!.read] as never)
  }

  reject(reason: RejectReason, line: string, seq: number, receivedAtMs: number): void {
    const rows = this.#rejects
    rows.receivedAt.push(receivedAtMs)
    rows.reason.push(reason)
    rows.line.push(line)
    rows.source.push(this.#source)
    rows.seq.push(seq)
  }

  get rowCount(): number {
    return this.#builders.reduce((sum, rows) => sum + rows.rowCount, 0)
  }

  /** The batches that have rows, and begins anew. */
  take(): TableBatch[] {
    return this.#builders.filter((rows) => rows.rowCount > 0).map((rows) => rows.take())
  }
}

/** Tables of a realm by dataset id, for queries. */
export const aisTable = (realm: Realm, id: string): string => tableName(datasetIn(realm, id))
