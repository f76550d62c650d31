import type { AisAddress } from './address.ts'
import { dialAisStream } from './dial-aisstream.ts'
import { dialTcp } from './dial-tcp.ts'
import { FileInput } from './file-input.ts'
import type { Input, InputEffects, InputEvents } from './input.ts'
import { maxNmeaLineBytes } from './line-framer.ts'
import { bracketed } from './listening.ts'
import { type LinkLimits, ReconnectingInput } from './reconnecting-input.ts'
import { TcpServerInput } from './tcp-server-input.ts'
import { UdpInput } from './udp-input.ts'

const tcpLimits: LinkLimits = {
  maxLineBytes: maxNmeaLineBytes,
  silentAfterMs: 60_000,
  redialAfterMs: 600_000,
  connectWithinMs: 20_000,
}

/** Binary payloads arrive as one escaped character a bit: 1,008 bits are 6 kB of JSON. */
const aisStreamLimits: LinkLimits = {
  maxLineBytes: 16 * 1024,
  silentAfterMs: 60_000,
  redialAfterMs: 300_000,
  connectWithinMs: 20_000,
}

/**
 * The input of an address, not yet started. `startOffset` is where a file goes on (the `inputOffset` of the last
 * durable lines; −1 or 0 = from its beginning); others ignore it.
 */
export function openInput(
  address: AisAddress,
  events: InputEvents,
  effects: InputEffects,
  startOffset = 0,
): Input {
  switch (address.kind) {
    case 'file':
      return new FileInput(address, events, effects, startOffset)
    case 'tcp': {
      const name = `tcp://${bracketed(address.host)}:${address.port}`
      return new ReconnectingInput(name, dialTcp(address.host, address.port), tcpLimits, events, effects)
    }
    case 'tcp-server':
      return new TcpServerInput(address, events, effects)
    case 'udp':
      return new UdpInput(address, events, effects)
    case 'aisstream':
      return new ReconnectingInput(
        address.url,
        dialAisStream(address, effects.clock),
        aisStreamLimits,
        events,
        effects,
      )
  }
}
