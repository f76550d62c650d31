import type { Readable, Writable } from 'node:stream'
import { LacydonError } from './errors.ts'

export interface Io {
  stdin: Readable
  stdout: Writable
  stderr: Writable
}

/** One verb of `lacydon`. `run` resolves to the exit code; errors of `errors.ts` become one sentence and code 1. */
export interface Command {
  /** Words that select it: `start`, `ais decode`. */
  name: string
  summary: string
  /** What `--help` prints: usage line, options with defaults, one example. */
  usage: string
  run(args: string[], io: Io): Promise<number>
}

/** The verbs, loaded when asked for so that `--help` is immediate. */
const verbs: { name: string; summary: string; load: () => Promise<{ command: Command }> }[] = [
  {
    name: 'start',
    summary: 'run the platform (demo port until a source is configured)',
    load: () => import('./start-command.ts'),
  },
  {
    name: 'ais decode',
    summary: 'decode AIS sentences to one JSON object a line',
    load: () => import('./connectors/ais/decode-command.ts'),
  },
  {
    name: 'load',
    summary: 'load a file as the next version of a dataset',
    load: () => import('./load-command.ts'),
  },
  {
    name: 'import',
    summary: 'import the datasets of a portal, or of a list of portals',
    load: () => import('./import-command.ts'),
  },
  {
    name: 'journal verify',
    summary: 'find entries of the access log that were altered, removed or moved',
    load: async () => ({ command: (await import('./journal-command.ts')).verify }),
  },
  {
    name: 'journal export',
    summary: 'write the access log as it is stored',
    load: async () => ({ command: (await import('./journal-command.ts')).exportLines }),
  },
  {
    name: 'user reset',
    summary: 'make a link to choose a new password',
    load: () => import('./user-command.ts'),
  },
  {
    name: 'simulate',
    summary: 'write the feed of a simulated port and its ground truth',
    load: () => import('../simulator/simulate-command.ts'),
  },
]

function overview(): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length))
  const rows = verbs.map((verb) => `  lacydon ${verb.name.padEnd(width)}  ${verb.summary}`)
  return `Lacydon, the smart-port data platform.\n\n${rows.join('\n')}\n\nlacydon <verb> --help tells more.\n`
}

/** Runs the command line `args` (without node and script) and resolves to the exit code. */
export async function runCli(args: string[], io: Io): Promise<number> {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const verb = verbs.find((candidate) => {
    const parts = candidate.name.split(' ')
    return parts.every((part, i) => args[i] === part)
  })
  if (!verb) {
    const asked = words.length > 0 && !args.includes('--help')
    ;(asked ? io.stderr : io.stdout).write(
      asked ? `lacydon does not know “${words[0]}”.\n\n${overview()}` : overview(),
    )
    return asked ? 2 : 0
  }
  const { command } = await verb.load()
  const rest = args.slice(verb.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(`${command.usage.trim()}\n`)
    return 0
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (!(error instanceof LacydonError)) throw error
    io.stderr.write(`${error.message}${error.help ? ` ${error.help}` : ''}\n`)
    return 1
  }
}
