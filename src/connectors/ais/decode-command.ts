import type { Command } from '../../cli.ts'
import { decodeStream } from './decode-stream.ts'

/** `lacydon ais decode <file|->`. */
export const command: Command = {
  name: 'ais decode',
  summary: 'decode AIS sentences to one JSON object a line',
  usage: `
Usage: lacydon ais decode <file|->

Reads NMEA 0183 lines with AIS sentences (VDM, VDO), bare or with TAG blocks, United States Coast Guard
suffixes or $PGHP lines, from a file or from standard input, plain or gzip, and writes one JSON object for
each message on standard output. Names and units are in docs/ais-fields.md; null means “not available”.
The last line on standard error counts what was read and why lines were rejected.

Options:
  --rejects   also print each rejected line with its reason on standard error
  --help      print this

Example:
  lacydon ais decode recording.nmea.gz | jq -c 'select(.type <= 3) | [.mmsi, .lon, .lat]'
`,
  run: decodeStream,
}
